// `postern users` add, remove, disable, enable, must-change.
#include <algorithm>
#include <iostream>

#include "cli/users.hpp"

namespace postern::cli {

namespace {

using directory::AccountStatus;
using directory::Administration;

struct NewAccount {
    std::string login;
    std::vector<std::string> emails, groups;
    bool no_password = false;
};

int add(Administration& administration, const NewAccount& options, const Hashing& hashing) {
    directory::Account account;
    account.name = options.login;
    account.addresses = options.emails;
    account.groups = options.groups;
    if (account.name.find('@') != std::string::npos &&
        std::ranges::find(account.addresses, account.name) == account.addresses.end())
        account.addresses.push_back(account.name);
    if (!options.no_password) {
        account.hash = read_new_hash(hashing);
        if (!account.hash) return Status::usage;
    }
    administration.add(account);
    std::cout << "added " << account.name << "\n";
    return Status::good;
}

void add_add(CLI::App& users, Action& chosen) {
    auto* command = users.add_subcommand("add", "Add an account");
    command->footer(
        "The password is typed twice at the terminal, or is the first line of standard input.\n"
        "Example:\n  postern users add jane --email jane@example.org --email @jane.example");
    const auto options = std::make_shared<NewAccount>();
    command->add_option("LOGIN", options->login, "The account's name")
        ->required()
        ->transform(login_form());
    command
        ->add_option("--email", options->emails,
                     "An address it may send from, the primary first;\n@example.org is the whole "
                     "domain")
        ->required()
        ->type_name("ADDRESS")
        ->transform(address_form());
    command->add_option("--group", options->groups, "A group it is in")
        ->type_name("GROUP")
        ->transform(group_form());
    command->add_flag("--no-password", options->no_password, "It cannot log in yet");
    add_work(*command, chosen, options, add);
}

struct One {
    std::string login;
};

template <class Work>
void add_one(CLI::App& users, Action& chosen, const char* name, const char* description,
             Work work) {
    auto* command = users.add_subcommand(name, description);
    command->footer(std::string("Example:\n  postern users ") + name + " jane@example.org");
    const auto options = std::make_shared<One>();
    command->add_option("LOGIN", options->login, "Name or address of the account")
        ->required()
        ->transform(login_form());
    add_work(*command, chosen, options, work);
}

template <AccountStatus status>
int set_status(Administration& administration, const One& options) {
    administration.set_status(options.login, status);
    std::cout << options.login << " is " << directory::to_string(status) << "\n";
    return Status::good;
}

int remove(Administration& administration, const One& options) {
    administration.remove(options.login);
    std::cout << "removed " << options.login << "\n";
    return Status::good;
}

}  // namespace

void add_users_accounts(CLI::App& users, Action& chosen) {
    add_add(users, chosen);
    add_one(users, chosen, "disable", "Let nobody log in as an account",
            set_status<AccountStatus::disabled>);
    add_one(users, chosen, "enable", "Let an account log in again",
            set_status<AccountStatus::active>);
    add_one(users, chosen, "must-change", "Refuse an account until its password is a new one",
            set_status<AccountStatus::must_change>);
    add_one(users, chosen, "remove", "Remove an account with all that belongs to it", remove);
}

}  // namespace postern::cli
