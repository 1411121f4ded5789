// `postern users` list, show and export.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <functional>
#include <iostream>

#include "cli/users.hpp"

namespace postern::cli {

namespace {

using directory::Account;
using directory::Administration;

constexpr std::size_t page = 1000;

// Which accounts.
struct Selection {
    std::string pattern;
    bool without_password = false;
};

void for_each_account(Administration& administration, const Selection& selection, bool secrets,
                      const std::function<void(const Account&)>& told) {
    for (std::string after;;) {
        const auto accounts = administration.list(selection.pattern, after, page, secrets);
        for (const auto& account : accounts)
            if (!selection.without_password || !account.has_password) told(account);
        if (accounts.size() < page) return;
        after = accounts.back().name;
    }
}

boost::json::array to_array(const std::vector<std::string>& texts) {
    boost::json::array array;
    for (const auto& text : texts)
        array.emplace_back(text);
    return array;
}

boost::json::object to_object(const Account& account) {
    boost::json::object object{{"login", account.name},
                               {"status", std::string(directory::to_string(*account.status))},
                               {"emails", to_array(account.addresses)},
                               {"groups", to_array(account.groups)},
                               {"has_password", account.has_password}};
    if (account.hash) object["password"] = std::string(account.hash->reveal());
    return object;
}

// [\n {...},\n {...}\n], one account a line.
void print_json(Administration& administration, const Selection& selection, bool secrets) {
    const char* before = "[\n";
    for_each_account(administration, selection, secrets, [&](const Account& account) {
        std::cout << std::exchange(before, ",\n") << boost::json::serialize(to_object(account));
    });
    std::cout << (*before == '[' ? "[]\n" : "\n]\n");
}

struct ListOptions {
    Selection selection;
    bool json = false;
};

int list(Administration& administration, const ListOptions& options) {
    if (options.json) {
        print_json(administration, options.selection, false);
        return Status::good;
    }
    std::cout << fmt::format("{:<32}{:<13}{:<10}{}\n", "login", "status", "password", "addresses");
    for_each_account(administration, options.selection, false, [](const Account& account) {
        std::cout << fmt::format(
            "{:<31} {:<13}{:<10}{}\n", account.name, directory::to_string(*account.status),
            account.has_password ? "yes" : "no", fmt::join(account.addresses, " "));
    });
    return Status::good;
}

void add_list(CLI::App& users, Action& chosen) {
    auto* command = users.add_subcommand("list", "Who has an account");
    command->footer(
        "Example:\n  postern users list @example.org\n"
        "Who has still to move here (docs/moving.md):\n  postern users list --without-password");
    const auto options = std::make_shared<ListOptions>();
    command
        ->add_option("PATTERN", options->selection.pattern,
                     "What a name or an address must contain")
        ->transform(pattern_form());
    command->add_flag("--without-password", options->selection.without_password,
                      "Only those who have none yet");
    command->add_flag("--json", options->json, "For programs");
    add_work(*command, chosen, options, list);
}

struct ShowOptions {
    std::string login;
};

int show(Administration& administration, const ShowOptions& options) {
    const auto account = administration.account(options.login);
    const auto line = [](std::string_view title, std::string_view text) {
        std::cout << fmt::format("{:<14}{}\n", title, text);
    };
    const auto lines = [&](std::string_view title, const std::vector<std::string>& texts) {
        for (const auto& text : texts)
            line(title, text);
    };
    line("login", account.name);
    line("status", directory::to_string(*account.status));
    line("password", account.has_password ? "yes" : "no");
    lines("address", account.addresses);
    lines("group", account.groups);
    lines("on behalf of", account.on_behalf_of);
    lines("act as", account.act_as);
    for (const auto& password : account.app_passwords)
        line("app password", fmt::format("{} {}{}", password.id, password.label,
                                         password.revoked.empty() ? "" : " (revoked)"));
    line("created", account.created);
    line("changed", account.changed);
    return Status::good;
}

void add_show(CLI::App& users, Action& chosen) {
    auto* command = users.add_subcommand("show", "All about one account, but for its password");
    command->footer("Example:\n  postern users show jane@example.org");
    const auto options = std::make_shared<ShowOptions>();
    command->add_option("LOGIN", options->login, "Name or address of the account")
        ->required()
        ->transform(login_form());
    add_work(*command, chosen, options, show);
}

struct ExportOptions {
    std::string form;
    bool secrets = false;
};

// RFC 4180.
std::string cell(std::string_view text) {
    if (text.find_first_of("\",\r\n") == text.npos) return std::string(text);
    std::string quoted = "\"";
    for (const char octet : text)
        quoted.append(octet == '"' ? 2 : 1, octet);
    return quoted += '"';
}

int export_accounts(Administration& administration, const ExportOptions& options) {
    if (options.form == "json") {
        print_json(administration, {}, options.secrets);
        return Status::good;
    }
    std::cout << "login,password,emails,groups,status\n";
    for_each_account(administration, {}, options.secrets, [](const Account& account) {
        std::cout << cell(account.name) << "," << cell(account.hash ? account.hash->reveal() : "")
                  << "," << cell(fmt::format("{}", fmt::join(account.addresses, ";"))) << ","
                  << cell(fmt::format("{}", fmt::join(account.groups, ";"))) << ","
                  << directory::to_string(*account.status) << "\n";
    });
    return Status::good;
}

void add_export(CLI::App& users, Action& chosen) {
    auto* command = users.add_subcommand("export", "All accounts, for `import` or other programs");
    command->footer("Example:\n  postern users export --to csv >accounts.csv");
    const auto options = std::make_shared<ExportOptions>();
    command->add_option("--to", options->form, "csv or json")
        ->required()
        ->type_name("FORM")
        ->check(CLI::IsMember({"csv", "json"}));
    command->add_flag("--with-secrets", options->secrets, "Password hashes, too");
    add_work(*command, chosen, options, export_accounts);
}

}  // namespace

void add_users_lists(CLI::App& users, Action& chosen) {
    add_list(users, chosen);
    add_show(users, chosen);
    add_export(users, chosen);
}

}  // namespace postern::cli
