#include "cli/import_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>

namespace postern::cli {

namespace {

using directory::Account;
using directory::AdministrationError;
using Clock = std::chrono::steady_clock;

constexpr std::size_t batch_size = 500;
// What a hash is called while nothing is written.
constexpr std::string_view not_hashed = "{ARGON2ID}dry-run";

crypto::Secret without_scheme(const crypto::Secret& password) {
    const auto text = password.reveal();
    return crypto::Secret(text.starts_with('{') ? text.substr(text.find('}') + 1) : text);
}

}  // namespace

int ImportRun::run(const Open& open) {
    try {
        if (options_.clear_text) tell_time(*open());
    } catch (const SourceError& error) {
        std::cerr << error.what() << "\n";
        return Status::cannot_tell;
    }
    const auto source = open();
    const int status = take_all(*source);
    grant();
    tell();
    if (status != Status::good) return status;
    return counts_[Outcome::refused] == 0 ? Status::good : Status::no;
}

// What has come before a source breaks off is taken.
int ImportRun::take_all(AccountSource& source) {
    std::string failure;
    try {
        while (auto foreign = source.next()) {
            take(std::move(*foreign), source.place());
            if (batch_.size() < batch_size) continue;
            write();
            progress_.show(source.percent(), taken_);
        }
    } catch (const SourceError& error) {
        failure = error.what();
    }
    write();
    if (failure.empty()) progress_.show(source.percent(), taken_);
    progress_.step_aside();
    if (failure.empty()) return Status::good;
    std::cerr << failure << "\nthis is not all: run it again, and what is the same is skipped\n";
    return Status::cannot_tell;
}

void ImportRun::take(ForeignAccount foreign, const std::string& place) {
    auto read = read_foreign_account(foreign, options_.clear_text, hashing_.limits);
    if (!read.value) return refuse(place, read.why);
    auto& account = *read.value;
    if (foreign.shares_addresses) leave_shared(foreign, account);
    if (const auto twice = seen_twice(account, place); !twice.empty()) return refuse(place, twice);
    for (const auto& loss : foreign.losses)
        tell_on_error(place, loss);
    batch_.push_back(std::move(account));
    const bool clear = !foreign.password.empty() && !batch_.back().hash;
    waiting_.push_back({place, clear ? std::move(foreign.password) : crypto::Secret(),
                        std::move(foreign.on_behalf_of)});
}

// Here an address has one owner: of several the one that came first.
void ImportRun::leave_shared(ForeignAccount& foreign, Account& account) const {
    std::erase_if(account.addresses, [&](const std::string& address) {
        const auto found = seen_.find(address);
        if (found == seen_.end() || address == account.name) return false;
        foreign.losses.push_back(fmt::format("{} is left out, for it is in {} already", address,
                                             places_[found->second]));
        return true;
    });
}

std::string ImportRun::seen_twice(const Account& account, const std::string& place) {
    auto all = account.addresses;
    if (std::ranges::find(all, account.name) == all.end()) all.insert(all.begin(), account.name);
    for (const auto& each : all)
        if (const auto found = seen_.find(each); found != seen_.end())
            return fmt::format("{} is in {} already", each, places_[found->second]);
    for (auto& each : all)
        seen_.emplace(std::move(each), places_.size());
    places_.push_back(place);
    return "";
}

void ImportRun::write() {
    if (batch_.empty()) return;
    if (options_.clear_text) hash();
    const auto outcomes = import_batch();
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        count(i, outcomes[i]);
    batch_.clear();
    waiting_.clear();
}

void ImportRun::count(std::size_t i, const directory::ImportOutcome& outcome) {
    auto& [place, clear_text, owners] = waiting_[i];
    const auto& account = batch_[i];
    if (outcome.kind == Outcome::refused) return refuse(place, outcome.reason);
    ++counts_[outcome.kind];
    ++taken_;
    if (!account.hash && clear_text.empty()) ++without_password_;
    for (auto& owner : owners)
        if (std::ranges::find(account.addresses, owner) == account.addresses.end())
            grants_.push_back({place, account.name, std::move(owner)});
    if (!options_.dry_run || outcome.kind == Outcome::same) return;
    progress_.step_aside();
    std::cout << (outcome.kind == Outcome::added ? "added    " : "changed  ") << account.name
              << "\n";
}

std::vector<directory::ImportOutcome> ImportRun::import_batch() {
    try {
        return administration_.import(batch_, options_.dry_run);
    } catch (const AdministrationError& error) {
        throw AdministrationError(
            error.kind(),
            fmt::format("nothing from {} to {} was written: {}", waiting_.front().place,
                        waiting_.back().place, error.what()),
            error.hint());
    }
}

// A stored hash of the same password stays: whoever runs an import again changes nothing.
void ImportRun::hash() {
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

// When all accounts are there that may be owners; to grant something twice changes nothing.
void ImportRun::grant() {
    if (options_.dry_run) return;
    for (const auto& [place, delegate, owner] : grants_) {
        try {
            administration_.grant(delegate, owner, directory::Permission::on_behalf_of);
            ++granted_;
        } catch (const AdministrationError& error) {
            if (error.kind() != AdministrationError::Kind::not_found) throw;
            tell_on_error(
                place, fmt::format("may send on behalf of {}, whom nobody here is called", owner));
        }
    }
}

void ImportRun::tell_time(AccountSource& source) const {
    std::size_t count = 0;
    while (const auto account = source.next())
        if (!account->password.empty() && is_clear_text(account->password.reveal())) ++count;
    if (count == 0) return;
    const auto begin = Clock::now();
    hash_of(crypto::Secret("how long does it take?"), hashing_.cost);
    const auto all = std::chrono::duration<double>(Clock::now() - begin) * count;
    std::cerr << fmt::format("{} passwords in clear text to hash: about {:.0f} s\n", count,
                             all.count());
}

void ImportRun::tell_on_error(const std::string& place, const std::string& what) {
    progress_.step_aside();
    std::cerr << place << ": " << what << "\n";
}

void ImportRun::refuse(const std::string& place, const std::string& why) {
    ++counts_[Outcome::refused];
    tell_on_error(place, why);
}

void ImportRun::tell() {
    std::cout << fmt::format("added {}, changed {}, same {}, refused {}{}\n",
                             counts_[Outcome::added], counts_[Outcome::changed],
                             counts_[Outcome::same], counts_[Outcome::refused],
                             options_.dry_run ? "; nothing was written" : "");
    if (without_password_ > 0)
        std::cout << fmt::format(
            "{} came without a password; a directory of type \"migrate\" fetches it at the next "
            "login (docs/moving.md)\n",
            without_password_);
    if (granted_ > 0) std::cout << fmt::format("{} may send on behalf of somebody\n", granted_);
}

}  // namespace postern::cli
