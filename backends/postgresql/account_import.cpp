#include "postgresql/account_import.hpp"

#include <fmt/format.h>

namespace postern::postgresql {

namespace {

using directory::Account;
using directory::ImportOutcome;

// COPY's text format: a backslash before what would end a column or a line.
std::string escaped(std::string_view text) {
    std::string result;
    for (const char octet : text) {
        if (octet == '\\' || octet == '\t' || octet == '\n' || octet == '\r') result += '\\';
        result += octet;
    }
    return result;
}

constexpr const char* tables = R"(
CREATE TEMPORARY TABLE IF NOT EXISTS incoming (
    place integer PRIMARY KEY, name text COLLATE "C", status text, hash text,
    refusal text, is_new boolean, differs boolean NOT NULL DEFAULT false) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_addresses (
    place integer, name text COLLATE "C", address text COLLATE "C", rank integer) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_groups (
    place integer, name text COLLATE "C", group_name text COLLATE "C") ON COMMIT DELETE ROWS)";

// Who would get an address that is somebody else's, here or in the database, is refused.
constexpr const char* judgement = R"(
ANALYZE incoming; ANALYZE incoming_addresses; ANALYZE incoming_groups;
UPDATE incoming SET refusal = format('%s belongs to %s', taken.address, taken.owner)
  FROM (SELECT DISTINCT ON (place) place, address, coalesce(account, 'group ' || group_name) AS owner
          FROM incoming_addresses AS wanted JOIN postern.addresses USING (address)
         WHERE addresses.account IS DISTINCT FROM wanted.name ORDER BY place, address) AS taken
 WHERE incoming.place = taken.place;
DELETE FROM incoming_addresses USING incoming
 WHERE incoming.place = incoming_addresses.place AND refusal IS NOT NULL;
DELETE FROM incoming_groups USING incoming
 WHERE incoming.place = incoming_groups.place AND refusal IS NOT NULL;
DELETE FROM incoming_addresses USING postern.addresses
 WHERE addresses.address = incoming_addresses.address;
DELETE FROM incoming_groups USING postern.memberships
 WHERE memberships.account = incoming_groups.name
   AND memberships.group_name = incoming_groups.group_name;
UPDATE incoming SET is_new = NOT EXISTS (SELECT FROM postern.accounts WHERE accounts.name = incoming.name);
UPDATE incoming SET differs = true
 WHERE place IN (SELECT place FROM incoming_addresses UNION SELECT place FROM incoming_groups)
    OR EXISTS (SELECT FROM postern.accounts
                WHERE accounts.name = incoming.name AND accounts.status <> incoming.status)
    OR (hash IS NOT NULL AND NOT EXISTS (SELECT FROM postern.secrets
        WHERE secrets.account = incoming.name AND secrets.hash = incoming.hash)))";

constexpr const char* writing = R"(
INSERT INTO postern.accounts (name, status)
SELECT name, coalesce(status, 'active') FROM incoming WHERE is_new AND refusal IS NULL ORDER BY name;
UPDATE postern.accounts SET status = incoming.status FROM incoming
 WHERE accounts.name = incoming.name AND refusal IS NULL AND accounts.status <> incoming.status;
INSERT INTO postern.secrets (account, hash)
SELECT name, hash FROM incoming WHERE refusal IS NULL AND hash IS NOT NULL ORDER BY name
ON CONFLICT (account) DO UPDATE SET hash = excluded.hash WHERE secrets.hash <> excluded.hash;
INSERT INTO postern.addresses (address, account, kind)
SELECT address, name,
       CASE WHEN address LIKE '@%' THEN 'catch_all'
            WHEN row_number() OVER (PARTITION BY place, address LIKE '@%' ORDER BY rank) = 1
                 AND NOT EXISTS (SELECT FROM postern.addresses AS present
                                  WHERE present.account = name AND present.kind = 'primary')
            THEN 'primary' ELSE 'alias' END
  FROM incoming_addresses ORDER BY address;
INSERT INTO postern.groups (name) SELECT DISTINCT group_name FROM incoming_groups ORDER BY 1
ON CONFLICT DO NOTHING;
INSERT INTO postern.memberships (group_name, account) SELECT DISTINCT group_name, name FROM incoming_groups
ON CONFLICT DO NOTHING)";

void send(AccountConnection& connection, std::span<const Account> accounts) {
    std::string lines, addresses, groups;
    const crypto::WipeAtEnd wiped(lines);
    for (std::size_t place = 0; place < accounts.size(); ++place) {
        const auto& account = accounts[place];
        const auto name = escaped(account.name);
        lines += fmt::format("{}\t{}\t{}\t{}\n", place, name,
                             account.status ? directory::to_string(*account.status) : "\\N",
                             account.hash ? escaped(account.hash->reveal()) : "\\N");
        for (std::size_t rank = 0; rank < account.addresses.size(); ++rank)
            addresses += fmt::format("{}\t{}\t{}\t{}\n", place, name,
                                     escaped(account.addresses[rank]), rank);
        for (const auto& group : account.groups)
            groups += fmt::format("{}\t{}\t{}\n", place, name, escaped(group));
    }
    connection.copy("COPY incoming (place, name, status, hash) FROM STDIN", lines);
    connection.copy("COPY incoming_addresses FROM STDIN", addresses);
    connection.copy("COPY incoming_groups FROM STDIN", groups);
}

std::vector<ImportOutcome> outcomes(AccountConnection& connection) {
    using Kind = ImportOutcome::Kind;
    const auto rows =
        connection.ask("SELECT refusal, is_new, differs FROM incoming ORDER BY place");
    std::vector<ImportOutcome> outcomes;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const auto kind = !rows.is_null(row, 0) ? Kind::refused
                          : rows.truth(row, 1)  ? Kind::added
                          : rows.truth(row, 2)  ? Kind::changed
                                                : Kind::same;
        outcomes.push_back({kind, std::string(rows.text(row, 0))});
    }
    return outcomes;
}

}  // namespace

std::vector<ImportOutcome> import_accounts(AccountConnection& connection,
                                           std::span<const Account> accounts, bool dry_run) {
    Transaction transaction(connection);
    // A batch is small and the accounts are many: an index for each row, never all rows for a
    // batch.
    connection.run(
        "SET LOCAL client_min_messages = warning; SET LOCAL enable_hashjoin = off;"
        " SET LOCAL enable_mergejoin = off");
    connection.run(tables);
    send(connection, accounts);
    connection.run(judgement);
    auto result = outcomes(connection);
    connection.run(writing);
    if (!dry_run) {
        transaction.commit();
        return result;
    }
    // What only a commit would find.
    connection.run("SET CONSTRAINTS ALL IMMEDIATE");
    return result;
}

}  // namespace postern::postgresql
