#include <fmt/format.h>

#include <boost/json.hpp>
#include <iostream>

#include "cli/cli.hpp"
#include "cli/gateway.hpp"
#include "cli/settings_option.hpp"
#include "observe/log_line.hpp"

namespace postern::cli {

namespace {

namespace json = boost::json;

struct Wanted {
    std::string network, login;
    bool all = false;
};

std::string text(const json::object& object, std::string_view key) {
    return std::string(object.at(key).as_string());
}

// True: the gateway has no limits, which is said.
bool has_none(const json::object& answer) {
    const bool none = !answer.at("limits").as_bool();
    if (none) std::cout << "no limits are set\n";
    return none;
}

// What clients have typed is shown as the log shows it.
std::string line_of(const json::object& held) {
    auto line = text(held, "limit");
    for (const char* key : {"network", "login"})
        if (const auto value = text(held, key); !value.empty())
            observe::append_field(line, key, value);
    return line + fmt::format(" failures={} seconds-left={}",
                              held.at("failures").to_number<std::uint64_t>(),
                              held.at("left").to_number<std::int64_t>());
}

int show(const SettingsOption& settings, const Wanted&) {
    const auto answer = Gateway(settings).ask({{"command", "limits show"}});
    if (!answer) return Status::cannot_tell;
    if (has_none(*answer)) return Status::no;
    for (const auto& each : answer->at("held").as_array())
        std::cout << line_of(each.as_object()) << "\n";
    for (const auto& [limit, count] : answer->at("refused").as_object())
        std::cout << fmt::format("refused limit={} attempts={}\n", std::string_view(limit),
                                 count.to_number<std::uint64_t>());
    return Status::good;
}

int clear(const SettingsOption& settings, const Wanted& wanted) {
    const int meant = static_cast<int>(!wanted.network.empty()) +
                      static_cast<int>(!wanted.login.empty()) + static_cast<int>(wanted.all);
    if (meant != 1) {
        std::cerr << "say what is to be forgotten: --network N, --login L or --all\n";
        return Status::usage;
    }
    const auto answer = Gateway(settings).ask(
        {{"command", "limits clear"}, {"network", wanted.network}, {"login", wanted.login}});
    if (!answer) return Status::cannot_tell;
    if (has_none(*answer)) return Status::no;
    const bool complete = answer->at("complete").as_bool();
    std::cout << (complete ? "forgotten\n"
                           : "forgotten here; Redis cannot be reached, so it may still count\n");
    return complete ? Status::good : Status::cannot_tell;
}

using Run = int (*)(const SettingsOption& settings, const Wanted& wanted);

std::shared_ptr<Wanted> add(CLI::App& command, Action& chosen, Run run) {
    const SettingsOption settings(command);
    const auto wanted = std::make_shared<Wanted>();
    command.callback([&chosen, settings, wanted, run] {
        chosen = [settings, wanted, run] { return run(settings, *wanted); };
    });
    return wanted;
}

}  // namespace

void add_limits(CLI::App& program, Action& chosen) {
    auto* command = program.add_subcommand("limits", "Who has failed to log in too often");
    command->require_subcommand(1);
    command->footer("Example:\n  postern limits show");
    auto* shown = command->add_subcommand("show", "Print what is at or over its limit here");
    shown->footer(
        "One line each: which limit, of whom, failures, seconds until they are forgotten; then how "
        "many attempts each limit has refused.\n"
        "Exit status: 0 good, 1 no limits are set, 75 the gateway cannot be reached.\n"
        "Example:\n  postern limits show");
    add(*shown, chosen, show);
    auto* cleared = command->add_subcommand("clear", "Forget failures, here and in Redis");
    cleared->footer(
        "What other gateways have counted themselves they forget when they are told.\n"
        "Exit status: 0 done, 1 no limits are set, 75 the gateway or Redis cannot be reached.\n"
        "Example:\n  postern limits clear --login jane@example.org");
    const auto wanted = add(*cleared, chosen, clear);
    cleared->add_option("--network", wanted->network, "Of this client address, whatever the login");
    cleared->add_option("--login", wanted->login, "Of this login as it was typed, wherever from");
    cleared->add_flag("--all", wanted->all, "Everything that is counted here");
}

}  // namespace postern::cli
