#include <fmt/format.h>

#include <boost/json.hpp>
#include <iostream>

#include "cache/keys.hpp"
#include "cli/cli.hpp"
#include "cli/gateway.hpp"
#include "cli/settings_option.hpp"
#include "crypto/base64.hpp"
#include "crypto/random.hpp"

namespace postern::cli {

namespace {

namespace json = boost::json;

struct Wanted {
    std::string login, directory;
    bool all = false;
};

json::object request_for(std::string_view command, const Wanted& wanted) {
    json::object request{{"command", command}};
    if (!wanted.directory.empty()) request["directory"] = wanted.directory;
    if (!wanted.login.empty()) request["login"] = wanted.login;
    return request;
}

std::string name_of(const json::object& answer) {
    return std::string(answer.at("name").as_string());
}

// Prints why a directory has no answer; true: it has none.
bool is_unavailable(const json::object& answer) {
    const auto* why = answer.if_contains("unavailable");
    if (why != nullptr)
        std::cout << name_of(answer) << ": unavailable: " << std::string(why->as_string()) << "\n";
    return why != nullptr;
}

std::string who_has_heard(bool complete, std::int64_t gateways) {
    const auto some = fmt::format("{} gateway{} heard of it over Redis", gateways,
                                  gateways == 1 ? " has" : "s have");
    if (complete) return ", " + some;
    return fmt::format(
        "; {}, or the directory to say whose login that is: others may still remember",
        gateways == 0 ? "Redis cannot be reached" : some + ", another one does not answer");
}

int flush(const SettingsOption& settings, const Wanted& wanted) {
    const int meant = static_cast<int>(!wanted.login.empty()) + static_cast<int>(wanted.all) +
                      static_cast<int>(wanted.login.empty() && !wanted.directory.empty());
    if (meant != 1) {
        std::cerr << "say what is to be forgotten: LOGIN, --directory NAME or --all\n";
        return Status::usage;
    }
    const auto answer_of_all = Gateway(settings).ask(request_for("cache flush", wanted));
    if (!answer_of_all) return Status::cannot_tell;
    bool complete = true, any = false;
    for (const auto& each : answer_of_all->at("directories").as_array()) {
        const auto& answer = each.as_object();
        if (is_unavailable(answer)) {
            complete = false;
            continue;
        }
        if (!answer.at("remembers").as_bool()) continue;
        any = true;
        const bool all_told = answer.at("complete").as_bool();
        complete = complete && all_told;
        std::cout << fmt::format("{}: forgotten here{}\n", name_of(answer),
                                 who_has_heard(all_told, answer.at("gateways").as_int64()));
    }
    if (!complete) return Status::cannot_tell;
    if (any) return Status::good;
    std::cout << "no directory remembers anything\n";
    return Status::no;
}

int stats(const SettingsOption& settings, const Wanted& wanted) {
    const auto answer_of_all = Gateway(settings).ask(request_for("cache stats", wanted));
    if (!answer_of_all) return Status::cannot_tell;
    bool complete = true;
    for (const auto& each : answer_of_all->at("directories").as_array()) {
        const auto& answer = each.as_object();
        if (is_unavailable(answer)) {
            complete = false;
            continue;
        }
        for (const auto& [name, value] : answer.at("figures").as_object())
            std::cout << fmt::format("{} {} {:.0f}\n", name_of(answer), std::string_view(name),
                                     value.to_number<double>());
    }
    return complete ? Status::good : Status::cannot_tell;
}

int new_key() {
    std::cout << crypto::base64_encode(crypto::random_octets(cache::Keys::key_size)) << "\n";
    return Status::good;
}

using Run = int (*)(const SettingsOption& settings, const Wanted& wanted);

void add(CLI::App& parent, Action& chosen, const std::string& name, const std::string& what,
         const std::string& footer, Run run) {
    auto* command = parent.add_subcommand(name, what);
    command->footer(footer);
    const SettingsOption settings(*command);
    const auto wanted = std::make_shared<Wanted>();
    if (name == "flush") {
        command->add_option("LOGIN", wanted->login,
                            "Whose answers: the login as somebody types it");
        command->add_flag("--all", wanted->all, "Everybody's, in all directories");
    }
    command->add_option("--directory", wanted->directory, "Of this directory only");
    command->callback([&chosen, settings, wanted, run] {
        chosen = [settings, wanted, run] { return run(settings, *wanted); };
    });
}

}  // namespace

void add_cache(CLI::App& program, Action& chosen) {
    auto* command = program.add_subcommand("cache", "What is remembered of directories' answers");
    command->require_subcommand(1);
    command->footer("Example:\n  postern cache flush jane@example.org");
    add(*command, chosen, "flush",
        "Forget answers about a login and its account, here and on every gateway",
        "Exit status: 0 done, 1 nothing is remembered, 75 the gateway or Redis cannot be reached.\n"
        "Example:\n  postern cache flush jane@example.org --directory ldap",
        flush);
    add(*command, chosen, "stats", "Print how the caches of the running gateway are doing",
        "One line a figure: directory, name, number.\nExample:\n  postern cache stats", stats);
    auto* key = command->add_subcommand("new-key", "Print a new key for cache.key");
    key->footer("Example:\n  postern cache new-key > /etc/postern/cache.key");
    key->callback([&chosen] { chosen = new_key; });
}

}  // namespace postern::cli
