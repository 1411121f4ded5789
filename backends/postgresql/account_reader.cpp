#include "postgresql/account_reader.hpp"

#include <fmt/format.h>

namespace postern::postgresql {

namespace {

using directory::AdministrationError;
using Kind = AdministrationError::Kind;

constexpr const char* page_statement = R"(
SELECT name, status, to_char(created, 'YYYY-MM-DD HH24:MI'),
       to_char(accounts.changed, 'YYYY-MM-DD HH24:MI'), hash IS NOT NULL, CASE WHEN $4 THEN hash END,
       array_to_string(ARRAY(SELECT address FROM postern.addresses WHERE addresses.account = name
           ORDER BY array_position(ARRAY['primary', 'alias', 'catch_all'], kind), address), E'\n'),
       array_to_string(ARRAY(SELECT group_name FROM postern.memberships
           WHERE memberships.account = name ORDER BY group_name), E'\n')
  FROM postern.accounts LEFT JOIN postern.secrets ON secrets.account = name
 WHERE name > $2 COLLATE "C"
   AND ($1 = '' OR position($1 IN name) > 0
        OR EXISTS (SELECT FROM postern.addresses WHERE addresses.account = name
                                                   AND position($1 IN address) > 0))
 ORDER BY name LIMIT $3::bigint)";

directory::Account account_in(const AccountRows& rows, std::size_t row) {
    directory::Account account;
    account.name = rows.text(row, 0);
    account.status = directory::account_status(rows.text(row, 1));
    account.created = rows.text(row, 2);
    account.changed = rows.text(row, 3);
    account.has_password = rows.truth(row, 4);
    if (!rows.is_null(row, 5)) account.hash = crypto::Secret(rows.text(row, 5));
    account.addresses = rows.lines(row, 6);
    account.groups = rows.lines(row, 7);
    return account;
}

constexpr const char* delegations_statement =
    "SELECT owner, permission FROM postern.delegations WHERE delegate = $1 ORDER BY 2, 1";
constexpr const char* app_passwords_statement =
    "SELECT id, label, to_char(created, 'YYYY-MM-DD HH24:MI'),"
    " to_char(last_used, 'YYYY-MM-DD HH24:MI'), to_char(revoked, 'YYYY-MM-DD HH24:MI')"
    " FROM postern.app_passwords WHERE account = $1 ORDER BY created, id";

}  // namespace

directory::Account read_account(AccountConnection& connection, const std::string& name) {
    const auto rows = connection.ask(
        "SELECT name, status, to_char(created, 'YYYY-MM-DD HH24:MI'),"
        " to_char(changed, 'YYYY-MM-DD HH24:MI'),"
        " EXISTS (SELECT FROM postern.secrets WHERE account = name), NULL,"
        " array_to_string(ARRAY(SELECT postern.account_addresses(name)), E'\\n'),"
        " array_to_string(ARRAY(SELECT postern.account_groups(name)), E'\\n')"
        " FROM postern.accounts WHERE name = $1",
        name);
    if (rows.empty()) throw AdministrationError(Kind::not_found, "there is no account " + name);
    auto account = account_in(rows, 0);
    const auto delegations = connection.ask(delegations_statement, name);
    for (std::size_t row = 0; row < delegations.size(); ++row)
        (delegations.text(row, 1) == "act_as" ? account.act_as : account.on_behalf_of)
            .emplace_back(delegations.text(row, 0));
    const auto passwords = connection.ask(app_passwords_statement, name);
    for (std::size_t row = 0; row < passwords.size(); ++row) {
        directory::AppPassword password;
        password.id = passwords.text(row, 0);
        password.label = passwords.text(row, 1);
        password.created = passwords.text(row, 2);
        password.last_used = passwords.text(row, 3);
        password.revoked = passwords.text(row, 4);
        account.app_passwords.push_back(std::move(password));
    }
    return account;
}

std::vector<directory::Account> read_accounts(AccountConnection& connection,
                                              std::string_view pattern, std::string_view after,
                                              std::size_t most, bool secrets) {
    const auto limit = std::to_string(most);
    const auto rows =
        connection.ask(page_statement, pattern, after, limit, secrets ? "true" : "false");
    std::vector<directory::Account> accounts;
    for (std::size_t row = 0; row < rows.size(); ++row)
        accounts.push_back(account_in(rows, row));
    return accounts;
}

void add_to(AccountConnection& connection, const std::string& name,
            std::span<const std::string> addresses) {
    for (const auto& address : addresses) {
        connection.ask(
            "INSERT INTO postern.addresses (address, account, kind)"
            " VALUES ($1, $2, CASE WHEN $1 LIKE '@%' THEN 'catch_all'"
            " WHEN EXISTS (SELECT FROM postern.addresses"
            "               WHERE account = $2 AND kind = 'primary') THEN 'alias'"
            " ELSE 'primary' END) ON CONFLICT (address) DO NOTHING",
            address, name);
        const auto owner = connection.ask(
            "SELECT coalesce(account, 'group ' || group_name), account = $2"
            " FROM postern.addresses WHERE address = $1",
            address, name);
        if (owner.empty() || !owner.truth(0, 1))
            throw AdministrationError(Kind::conflict,
                                      fmt::format("{} belongs to {}", address,
                                                  owner.empty() ? "somebody" : owner.text(0, 0)));
    }
}

void make_primary(AccountConnection& connection, const std::string& name,
                  const std::string& address) {
    if (address.starts_with('@'))
        throw AdministrationError(Kind::refused, "a whole domain cannot be the primary address");
    connection.ask(
        "UPDATE postern.addresses SET kind = 'alias'"
        " WHERE account = $1 AND kind = 'primary' AND address <> $2",
        name, address);
    connection.ask(
        "UPDATE postern.addresses SET kind = 'primary'"
        " WHERE account = $1 AND address = $2 AND kind <> 'primary'",
        name, address);
}

}  // namespace postern::postgresql
