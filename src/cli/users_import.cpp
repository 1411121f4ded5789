// `postern users import`.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <unordered_map>

#include "cli/import_file.hpp"
#include "cli/users.hpp"

namespace postern::cli {

namespace {

using directory::Account;
using directory::Administration;
using Outcome = directory::ImportOutcome::Kind;
using Clock = std::chrono::steady_clock;

constexpr std::size_t batch_size = 500;
// What a hash is called while nothing is written.
constexpr std::string_view not_hashed = "{ARGON2ID}dry-run";

struct Options {
    std::string form, file;
    bool dry_run = false, clear_text = false;
};

// The accounts of a file on their way into a directory, a batch at a time.
class Import {
 public:
    Import(Administration& administration, const Options& options, const Hashing& hashing)
        : administration_(administration), options_(options), hashing_(hashing) {}

    int run() {
        std::ifstream stream(options_.file, std::ios::binary);
        // A folder opens, too, and reads as nothing.
        if (!stream || std::filesystem::is_directory(options_.file)) {
            std::cerr << options_.file << ": the file cannot be read\n";
            return Status::usage;
        }
        if (options_.clear_text) tell_time();
        const auto file = open_account_file(options_.form, stream);
        while (auto account = file->next()) {
            take(std::move(*account));
            if (batch_.size() == batch_size) write(stream);
        }
        write(stream);
        tell();
        return counts_[Outcome::refused] == 0 ? Status::good : Status::no;
    }

 private:
    struct Waiting {
        std::size_t line;
        crypto::Secret clear_text;
    };

    void take(FileAccount file) {
        auto read = read_file_account(file, options_.clear_text, hashing_.limits);
        if (!read.value) return refuse(file.line, read.why);
        auto& account = *read.value;
        if (const auto twice = seen_twice(account, file.line); !twice.empty())
            return refuse(file.line, twice);
        batch_.push_back(std::move(account));
        const bool clear = !file.password.empty() && !batch_.back().hash;
        waiting_.push_back({file.line, clear ? std::move(file.password) : crypto::Secret()});
    }

    std::string seen_twice(const Account& account, std::size_t line) {
        if (const auto found = names_.find(account.name); found != names_.end())
            return fmt::format("{} is in line {} already", account.name, found->second);
        for (const auto& address : account.addresses)
            if (const auto found = addresses_.find(address); found != addresses_.end())
                return fmt::format("{} is in line {} already", address, found->second);
        names_.emplace(account.name, line);
        for (const auto& address : account.addresses)
            addresses_.emplace(address, line);
        return "";
    }

    void write(std::istream& stream) {
        if (batch_.empty()) return;
        if (options_.clear_text) hash();
        const auto outcomes = import_batch();
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
            if (outcomes[i].kind == Outcome::refused) {
                refuse(waiting_[i].line, outcomes[i].reason);
                continue;
            }
            ++counts_[outcomes[i].kind];
            if (options_.dry_run && outcomes[i].kind != Outcome::same)
                std::cout << (outcomes[i].kind == Outcome::added ? "added    " : "changed  ")
                          << batch_[i].name << "\n";
        }
        batch_.clear();
        waiting_.clear();
        show_progress(stream);
    }

    std::vector<directory::ImportOutcome> import_batch() {
        try {
            return administration_.import(batch_, options_.dry_run);
        } catch (const directory::AdministrationError& error) {
            throw directory::AdministrationError(
                error.kind(),
                fmt::format("{}: nothing of lines {} to {} was written: {}", options_.file,
                            waiting_.front().line, waiting_.back().line, error.what()),
                error.hint());
        }
    }

    // A stored hash of the same password stays: whoever runs an import again changes nothing.
    void hash() {
        std::vector<std::string> names;
        for (const auto& account : batch_)
            names.push_back(account.name);
        const auto stored = administration_.hashes(names);
        for (std::size_t i = 0; i < batch_.size(); ++i) {
            const auto& password = waiting_[i].clear_text;
            if (password.empty()) continue;
            const auto text = without_scheme(password);
            const auto known = crypto::PasswordHash::parse(stored[i].reveal(), hashing_.limits);
            if (!stored[i].empty() && known && known->verify(text)) continue;
            batch_[i].hash =
                options_.dry_run ? crypto::Secret(not_hashed) : hash_of(text, hashing_.cost);
        }
    }

    static crypto::Secret without_scheme(const crypto::Secret& password) {
        const auto text = password.reveal();
        return crypto::Secret(text.starts_with('{') ? text.substr(text.find('}') + 1) : text);
    }

    void tell_time() const {
        std::ifstream stream(options_.file, std::ios::binary);
        const auto file = open_account_file(options_.form, stream);
        std::size_t count = 0;
        while (const auto account = file->next())
            if (!account->password.empty() && is_clear_text(account->password.reveal())) ++count;
        if (count == 0) return;
        const auto begin = Clock::now();
        hash_of(crypto::Secret("how long does it take?"), hashing_.cost);
        const auto all = std::chrono::duration<double>(Clock::now() - begin) * count;
        std::cerr << fmt::format("{} passwords in clear text to hash: about {:.0f} s\n", count,
                                 all.count());
    }

    void refuse(std::size_t line, const std::string& why) {
        ++counts_[Outcome::refused];
        std::cerr << options_.file << ":" << line << ": " << why << "\n";
    }

    void show_progress(std::istream& stream) {
        if (::isatty(STDERR_FILENO) == 0) return;
        const auto at = stream.tellg();
        const auto size = std::filesystem::file_size(options_.file);
        const auto done = at < 0 || size == 0 ? 100 : 100 * static_cast<std::size_t>(at) / size;
        std::cerr << fmt::format("\r[{:<50}] {:3} %", std::string(done / 2, '#'), done)
                  << (done == 100 ? "\n" : "") << std::flush;
    }

    void tell() {
        std::cout << fmt::format("added {}, changed {}, same {}, refused {}{}\n",
                                 counts_[Outcome::added], counts_[Outcome::changed],
                                 counts_[Outcome::same], counts_[Outcome::refused],
                                 options_.dry_run ? "; nothing was written" : "");
    }

    Administration& administration_;
    const Options& options_;
    const Hashing& hashing_;
    std::vector<Account> batch_;
    std::vector<Waiting> waiting_;  // beside `batch_`
    std::unordered_map<std::string, std::size_t> names_, addresses_;
    std::map<Outcome, std::size_t> counts_;
};

int import(Administration& administration, const Options& options, const Hashing& hashing) {
    return Import(administration, options, hashing).run();
}

}  // namespace

void add_users_import(CLI::App& users, Action& chosen) {
    auto* command = users.add_subcommand("import", "Take over accounts from a file");
    command->footer(
        "What the file lists is added to what an account has; its password and its status replace\n"
        "those it has. Batches of 500 are written whole or not at all, and what is the same is\n"
        "skipped: run it again after an interruption. Refused lines are told as file:line: why.\n"
        "Exit status: 0 all taken; 1 some refused; 75 the database cannot be reached.\n"
        "Example:\n  postern users import --from csv accounts.csv --dry-run");
    const auto options = std::make_shared<Options>();
    command->add_option("--from", options->form, "csv, ldif or passwd")
        ->required()
        ->type_name("FORM")
        ->check(CLI::IsMember({"csv", "ldif", "passwd"}));
    command->add_option("FILE", options->file, "The file")->required();
    command->add_flag("--dry-run", options->dry_run, "Tell what would change, and change nothing");
    command->add_flag("--clear-text", options->clear_text,
                      "Passwords may be clear text, and are hashed; that takes a while");
    add_work(*command, chosen, options, import);
}

}  // namespace postern::cli
