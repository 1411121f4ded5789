#pragma once

#include <memory>
#include <optional>
#include <type_traits>

#include "cli/administration.hpp"

namespace postern::cli {

// The subcommands of `postern users`, by what they are about.
void add_users_accounts(CLI::App& users, Action& chosen);    // add, remove, status
void add_users_passwords(CLI::App& users, Action& chosen);   // passwd, app-password
void add_users_belongings(CLI::App& users, Action& chosen);  // alias, group, delegate
void add_users_lists(CLI::App& users, Action& chosen);       // list, show, export
void add_users_import(CLI::App& users, Action& chosen);      // import

// A subcommand that works on `options` with an Administration: `work(administration, options)`,
// `work(administration, options, hashing)` or `work(administration, options, surroundings)` returns
// the exit status.
template <class Options, class Work>
void add_work(CLI::App& command, Action& chosen, std::shared_ptr<Options> options, Work work) {
    const AdministrationOption administration(command);
    command.callback([&chosen, administration, options, work] {
        chosen = [administration, options, work] {
            return administration.run([&](auto& each, [[maybe_unused]] const auto& surroundings) {
                using directory::Administration;
                if constexpr (std::is_invocable_v<Work, Administration&, const Options&>)
                    return work(each, *options);
                else if constexpr (std::is_invocable_v<Work, Administration&, const Options&,
                                                       const Hashing&>)
                    return work(each, *options, surroundings.hashing);
                else
                    return work(each, *options, surroundings);
            });
        };
    });
}

// Arguments in their normal form (account_input.hpp); what is none is wrong usage.
CLI::Validator login_form();
CLI::Validator address_form();
CLI::Validator group_form();
CLI::Validator pattern_form();

// The hash of a password as read_new_password (password_prompt.hpp) reads it.
std::optional<crypto::Secret> read_new_hash(const Hashing& hashing);

}  // namespace postern::cli
