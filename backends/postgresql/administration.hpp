#pragma once

#include "postgresql/account_connection.hpp"

namespace postern::postgresql {

// The accounts of our own schema (migrations/), written by the command line over one connection.
class AccountAdministration final : public directory::Administration {
 public:
    explicit AccountAdministration(const ConnectionSettings& settings) : connection_(settings) {}

    std::vector<directory::Migration> migrations() override;
    void migrate(const directory::MigrationOrder& order) override;

    void add(const directory::Account& account) override;
    void remove(std::string_view login) override;
    void set_hash(std::string_view login, const crypto::Secret& hash) override;
    void set_status(std::string_view login, directory::AccountStatus status) override;
    void add_addresses(std::string_view login, std::span<const std::string> addresses,
                       bool primary) override;
    void remove_addresses(std::string_view login, std::span<const std::string> addresses) override;
    void add_members(std::string_view group, std::span<const std::string> logins) override;
    void remove_members(std::string_view group, std::span<const std::string> logins) override;
    void grant(std::string_view delegate, std::string_view owner,
               directory::Permission permission) override;
    void withdraw(std::string_view delegate, std::string_view owner,
                  directory::Permission permission) override;
    void add_app_password(std::string_view login, const directory::AppPassword& password) override;
    void revoke_app_password(std::string_view login, std::string_view id) override;

    directory::Account account(std::string_view login) override;
    std::vector<directory::Account> list(std::string_view pattern, std::string_view after,
                                         std::size_t most, bool secrets) override;
    std::vector<crypto::Secret> hashes(std::span<const std::string> names) override;
    std::vector<directory::ImportOutcome> import(std::span<const directory::Account> accounts,
                                                 bool dry_run) override;

 private:
    // Throws not_found.
    std::string name_of(std::string_view login);
    AccountConnection connection_;
};

}  // namespace postern::postgresql
