// `postern users` alias, group and delegate.
#include <iostream>

#include "cli/users.hpp"

namespace postern::cli {

namespace {

using directory::Administration;
using directory::Permission;

struct AliasOptions {
    std::string login;
    std::vector<std::string> addresses;
    bool remove = false, primary = false;
};

int alias(Administration& administration, const AliasOptions& options) {
    if (options.remove)
        administration.remove_addresses(options.login, options.addresses);
    else
        administration.add_addresses(options.login, options.addresses, options.primary);
    for (const auto& address : administration.account(options.login).addresses)
        std::cout << address << "\n";
    return Status::good;
}

void add_alias(CLI::App& users, Action& chosen) {
    auto* command = users.add_subcommand("alias", "Addresses that an account may send from");
    command->footer(
        "Prints all that it has then, the primary first.\n"
        "Example:\n  postern users alias jane j.doe@example.org @jane.example\n"
        "  postern users alias jane j.doe@example.org --primary");
    const auto options = std::make_shared<AliasOptions>();
    command->add_option("LOGIN", options->login, "Name or address of the account")
        ->required()
        ->transform(login_form());
    command->add_option("ADDRESS", options->addresses, "@example.org is the whole domain")
        ->required()
        ->transform(address_form());
    auto* remove = command->add_flag("--remove", options->remove, "It loses them");
    command->add_flag("--primary", options->primary, "The first of them is its primary address")
        ->excludes(remove);
    add_work(*command, chosen, options, alias);
}

struct GroupOptions {
    std::string group, action;
    std::vector<std::string> logins;
};

int group(Administration& administration, const GroupOptions& options) {
    if (options.action == "add")
        administration.add_members(options.group, options.logins);
    else
        administration.remove_members(options.group, options.logins);
    std::cout << "done\n";
    return Status::good;
}

void add_group(CLI::App& users, Action& chosen) {
    auto* command = users.add_subcommand("group", "Who is in a group");
    command->footer(
        "A group that is not there yet comes with its first member.\n"
        "Example:\n  postern users group sales add jane joe@example.org");
    const auto options = std::make_shared<GroupOptions>();
    command->add_option("GROUP", options->group, "Its name")->required()->transform(group_form());
    command->add_option("ACTION", options->action, "add or remove")
        ->required()
        ->check(CLI::IsMember({"add", "remove"}));
    command->add_option("LOGIN", options->logins, "Names or addresses of accounts")
        ->required()
        ->transform(login_form());
    add_work(*command, chosen, options, group);
}

struct DelegateOptions {
    std::string login, on_behalf_of, act_as;
    bool remove = false;
};

int delegate(Administration& administration, const DelegateOptions& options) {
    const bool acts = !options.act_as.empty();
    const auto& owner = acts ? options.act_as : options.on_behalf_of;
    if (owner.empty()) {
        std::cerr << "may what? --on-behalf-of OWNER or --act-as OWNER\n";
        return Status::usage;
    }
    const auto permission = acts ? Permission::act_as : Permission::on_behalf_of;
    if (options.remove)
        administration.withdraw(options.login, owner, permission);
    else
        administration.grant(options.login, owner, permission);
    std::cout << options.login << (options.remove ? " may no longer " : " may ")
              << (acts ? "act as " : "send on behalf of ") << owner << "\n";
    return Status::good;
}

void add_delegate(CLI::App& users, Action& chosen) {
    auto* command = users.add_subcommand("delegate", "What one account may do for another");
    command->footer(
        "On behalf: OWNER's address in From, LOGIN's own in Sender. Act as: OWNER as the\n"
        "authorization identity, with LOGIN's own password.\n"
        "Example:\n  postern users delegate joe --on-behalf-of jane@example.org");
    const auto options = std::make_shared<DelegateOptions>();
    command->add_option("LOGIN", options->login, "Who may")->required()->transform(login_form());
    auto* on_behalf = command->add_option("--on-behalf-of", options->on_behalf_of, "For whom")
                          ->type_name("OWNER")
                          ->transform(login_form());
    command->add_option("--act-as", options->act_as, "As whom")
        ->type_name("OWNER")
        ->transform(login_form())
        ->excludes(on_behalf);
    command->add_flag("--remove", options->remove, "It may no longer");
    add_work(*command, chosen, options, delegate);
}

}  // namespace

void add_users_belongings(CLI::App& users, Action& chosen) {
    add_alias(users, chosen);
    add_group(users, chosen);
    add_delegate(users, chosen);
}

}  // namespace postern::cli
