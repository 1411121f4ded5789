#include "postgresql/administration.hpp"

#include <fmt/format.h>

#include "postgresql/account_import.hpp"
#include "postgresql/account_reader.hpp"
#include "postgresql/schema_migrator.hpp"

namespace postern::postgresql {

namespace {

using directory::AdministrationError;
using Kind = AdministrationError::Kind;

std::string_view to_text(directory::Permission permission) {
    return permission == directory::Permission::act_as ? "act_as" : "on_behalf_of";
}

}  // namespace

std::vector<directory::Migration> AccountAdministration::migrations() {
    return SchemaMigrator(connection_, shipped_migrations()).migrations();
}

void AccountAdministration::migrate(const directory::MigrationOrder& order) {
    SchemaMigrator(connection_, shipped_migrations()).migrate(order);
}

std::string AccountAdministration::name_of(std::string_view login) {
    const auto found = connection_.ask("SELECT postern.account_of($1)", login);
    if (found.is_null(0, 0))
        throw AdministrationError(Kind::not_found, fmt::format("there is no account {}", login));
    return std::string(found.text(0, 0));
}

void AccountAdministration::add(const directory::Account& account) {
    Transaction transaction(connection_);
    const auto status =
        directory::to_string(account.status.value_or(directory::AccountStatus::active));
    connection_.ask("INSERT INTO postern.accounts (name, status) VALUES ($1, $2)", account.name,
                    status);
    if (account.hash)
        connection_.ask("INSERT INTO postern.secrets (account, hash) VALUES ($1, $2)", account.name,
                        account.hash->reveal());
    add_to(connection_, account.name, account.addresses);
    const auto groups = joined_lines(account.groups);
    connection_.ask(
        "INSERT INTO postern.groups (name) SELECT unnest(string_to_array($1, E'\\n')) ORDER BY 1"
        " ON CONFLICT DO NOTHING",
        groups);
    connection_.ask(
        "INSERT INTO postern.memberships (group_name, account)"
        " SELECT DISTINCT unnest(string_to_array($1, E'\\n')), $2",
        groups, account.name);
    transaction.commit();
}

void AccountAdministration::remove(std::string_view login) {
    connection_.ask("DELETE FROM postern.accounts WHERE name = $1", name_of(login));
}

void AccountAdministration::set_hash(std::string_view login, const crypto::Secret& hash) {
    connection_.ask(
        "INSERT INTO postern.secrets (account, hash) VALUES ($1, $2)"
        " ON CONFLICT (account) DO UPDATE SET hash = excluded.hash",
        name_of(login), hash.reveal());
}

void AccountAdministration::set_status(std::string_view login, directory::AccountStatus status) {
    connection_.ask("UPDATE postern.accounts SET status = $2 WHERE name = $1", name_of(login),
                    directory::to_string(status));
}

void AccountAdministration::add_addresses(std::string_view login,
                                          std::span<const std::string> addresses, bool primary) {
    Transaction transaction(connection_);
    const auto name = name_of(login);
    add_to(connection_, name, addresses);
    if (primary) make_primary(connection_, name, addresses.front());
    transaction.commit();
}

void AccountAdministration::remove_addresses(std::string_view login,
                                             std::span<const std::string> addresses) {
    Transaction transaction(connection_);
    const auto name = name_of(login);
    for (const auto& address : addresses)
        if (connection_
                .ask("DELETE FROM postern.addresses WHERE address = $1 AND account = $2", address,
                     name)
                .affected() == 0)
            throw AdministrationError(Kind::not_found,
                                      fmt::format("{} does not own {}", name, address));
    transaction.commit();
}

void AccountAdministration::add_members(std::string_view group,
                                        std::span<const std::string> logins) {
    Transaction transaction(connection_);
    connection_.ask("INSERT INTO postern.groups (name) VALUES ($1) ON CONFLICT DO NOTHING", group);
    for (const auto& login : logins)
        connection_.ask(
            "INSERT INTO postern.memberships (group_name, account) VALUES ($1, $2)"
            " ON CONFLICT DO NOTHING",
            group, name_of(login));
    transaction.commit();
}

void AccountAdministration::remove_members(std::string_view group,
                                           std::span<const std::string> logins) {
    Transaction transaction(connection_);
    for (const auto& login : logins)
        if (connection_
                .ask("DELETE FROM postern.memberships WHERE group_name = $1 AND account = $2",
                     group, name_of(login))
                .affected() == 0)
            throw AdministrationError(Kind::not_found,
                                      fmt::format("{} is not in group {}", login, group));
    transaction.commit();
}

void AccountAdministration::grant(std::string_view delegate, std::string_view owner,
                                  directory::Permission permission) {
    connection_.ask(
        "INSERT INTO postern.delegations (delegate, owner, permission) VALUES ($1, $2, $3)"
        " ON CONFLICT DO NOTHING",
        name_of(delegate), name_of(owner), to_text(permission));
}

void AccountAdministration::withdraw(std::string_view delegate, std::string_view owner,
                                     directory::Permission permission) {
    const auto gone = connection_.ask(
        "DELETE FROM postern.delegations WHERE delegate = $1 AND owner = $2 AND permission = $3",
        name_of(delegate), name_of(owner), to_text(permission));
    if (gone.affected() == 0)
        throw AdministrationError(Kind::not_found,
                                  fmt::format("{} has no such permission for {}", delegate, owner));
}

void AccountAdministration::add_app_password(std::string_view login,
                                             const directory::AppPassword& password) {
    connection_.ask(
        "INSERT INTO postern.app_passwords (id, account, label, hash) VALUES ($1, $2, $3, $4)",
        password.id, name_of(login), password.label, password.hash.reveal());
}

void AccountAdministration::revoke_app_password(std::string_view login, std::string_view id) {
    const auto name = name_of(login);
    const auto revoked = connection_.ask(
        "UPDATE postern.app_passwords SET revoked = coalesce(revoked, now())"
        " WHERE account = $1 AND id = $2",
        name, id);
    if (revoked.affected() == 0)
        throw AdministrationError(Kind::not_found,
                                  fmt::format("{} has no app password {}", name, id));
}

directory::Account AccountAdministration::account(std::string_view login) {
    return read_account(connection_, name_of(login));
}

std::vector<directory::Account> AccountAdministration::list(std::string_view pattern,
                                                            std::string_view after,
                                                            std::size_t most, bool secrets) {
    return read_accounts(connection_, pattern, after, most, secrets);
}

std::vector<crypto::Secret> AccountAdministration::hashes(std::span<const std::string> names) {
    const auto rows = connection_.ask(
        "SELECT secrets.hash FROM unnest(string_to_array($1, E'\\n')) WITH ORDINALITY"
        " AS asked (name, place) LEFT JOIN postern.secrets ON secrets.account = asked.name"
        " ORDER BY asked.place",
        joined_lines(names));
    std::vector<crypto::Secret> hashes;
    for (std::size_t row = 0; row < rows.size(); ++row)
        hashes.emplace_back(rows.text(row, 0));
    return hashes;
}

std::vector<directory::ImportOutcome> AccountAdministration::import(
    std::span<const directory::Account> accounts, bool dry_run) {
    return import_accounts(connection_, accounts, dry_run);
}

}  // namespace postern::postgresql
