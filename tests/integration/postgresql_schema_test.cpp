// What migrations/ promises a DBA: nonsense is refused, every change that could alter an answer is
// told, the gateway's role can ask and hardly anything else, no question reads a whole table.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "postgresql/schema_migrator.hpp"
#include "support/postgresql.hpp"

namespace postern::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* some_accounts = R"(
SELECT postern.adopt_account('jane', '$argon2id$jane', ARRAY['jane@example.org', 'j@example.org', '@jane.example'], ARRAY['sales']);
SELECT postern.adopt_account('joe', '$argon2id$joe', ARRAY['joe@example.org'], '{}');
INSERT INTO postern.app_passwords (id, account, label, hash) VALUES ('abcdefg2', 'joe', 'phone', '$argon2id$app');
)";

void migrate(const Postgresql& server) {
    postgresql::ConnectionSettings settings;
    settings.hosts.push_back({"127.0.0.1", server.port()});
    settings.keywords = {{"user", "postgres"}, {"dbname", "mail"}};
    postgresql::AccountConnection connection(settings);
    postgresql::SchemaMigrator(connection, postgresql::shipped_migrations()).migrate({});
}

class Schema : public ::testing::Test {
 protected:
    static void SetUpTestSuite() {
        server = std::make_unique<Postgresql>();
        migrate(*server);
    }
    static void TearDownTestSuite() { server.reset(); }
    void SetUp() override {
        server->sql("TRUNCATE postern.accounts, postern.groups CASCADE");
        server->sql(some_accounts);
    }

    // What the server objects to; empty: nothing.
    static std::string refusal(const std::string& statements) {
        try {
            server->sql(statements);
            return "";
        } catch (const std::exception& error) {
            return error.what();
        }
    }

    static std::unique_ptr<Postgresql> server;
};
std::unique_ptr<Postgresql> Schema::server;

TEST_F(Schema, CommentsEverything) {
    EXPECT_EQ(server->sql(R"(
SELECT relname FROM pg_class WHERE relnamespace = 'postern'::regnamespace AND relkind = 'r'
   AND obj_description(oid, 'pg_class') IS NULL
UNION ALL
SELECT relname || '.' || attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
 WHERE relnamespace = 'postern'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
   AND col_description(attrelid, attnum) IS NULL
UNION ALL
SELECT proname FROM pg_proc WHERE pronamespace = 'postern'::regnamespace
   AND obj_description(oid, 'pg_proc') IS NULL)"),
              "");
}

TEST_F(Schema, RefusesNonsense) {
    const auto address = [](const std::string& text, const char* rest = "'jane', NULL, 'alias'") {
        return fmt::format(
            "INSERT INTO postern.addresses (address, account, group_name, kind) VALUES ({}, {})",
            text, rest);
    };
    struct Case {
        std::string statement;
        const char* constraint;
    };
    const Case cases[] = {
        {"INSERT INTO postern.accounts (name) VALUES ('Jane2')", "account_name_is_lower_case"},
        {"INSERT INTO postern.accounts (name) VALUES ('')", "account_name_is_a_login"},
        {"INSERT INTO postern.accounts (name) VALUES (E'a\\nb')", "account_name_is_a_login"},
        {"INSERT INTO postern.accounts (name) VALUES ('jane')", "accounts_pkey"},
        {"INSERT INTO postern.accounts (name) VALUES ('j@example.org')", "owns_it"},
        {"UPDATE postern.accounts SET status = 'gone'", "account_status_is_known"},
        {"UPDATE postern.secrets SET hash = 'secret'", "secret_is_a_hash"},
        {"UPDATE postern.secrets SET hash = '{Plain}secret'", "secret_is_a_hash"},
        {address("'jane@example.org'", "'joe', NULL, 'alias'"), "addresses_pkey"},
        {address("'JANE@example.org'", "'joe', NULL, 'alias'"), "address_is_lower_case"},
        {address("'a@example.org'", "'jane', 'sales', 'alias'"), "address_has_one_owner"},
        {address("'a@example.org'", "NULL, NULL, 'alias'"), "address_has_one_owner"},
        {address("'a@example.org'", "'jane', NULL, 'primary'"), "addresses_one_primary_each"},
        {address("'@example.org'"), "address_without_local_part_is_catch_all"},
        {address("'a@example.org'", "'jane', NULL, 'catch_all'"),
         "address_without_local_part_is_catch_all"},
        {address("'example.org'"), "address_"},
        {address("'.a@example.org'"), "address_local_part_is_valid"},
        {address("'a..b@example.org'"), "address_local_part_is_valid"},
        {address("'a b@example.org'"), "address_local_part_is_valid"},
        {address("'\"a\"b\"@example.org'"), "address_local_part_is_valid"},
        {address("repeat('a', 65) || '@example.org'"), "address_local_part_is_short"},
        {address("'a@exa_mple.org'"), "address_domain_is_valid"},
        {address("'a@-x.org'"), "address_domain_is_valid"},
        {address("'a@' || repeat('a', 64) || '.org'"), "address_domain_is_valid"},
        {address("'a@' || repeat('a.', 130) || 'org'"), "address_domain_is_valid"},
        {address("'a@[192.0.2.1]'"), "address_domain_is_valid"},
        {address("'a@b\u00fccher.example'"), "address_domain_is_valid"},
        {"INSERT INTO postern.delegations VALUES ('joe', 'joe', 'act_as')",
         "delegation_is_between_two"},
        {"INSERT INTO postern.delegations VALUES ('joe', 'jane', 'all')",
         "delegation_permission_is_known"},
        {"UPDATE postern.app_passwords SET id = 'ABCDEFGH'", "app_password_id_is_well_formed"},
        {"UPDATE postern.app_passwords SET label = ''", "app_password_label_is_text"},
        {"UPDATE postern.app_passwords SET scope = 'all'", "app_password_scope_is_known"},
        {"UPDATE postern.app_passwords SET hash = 'x'", "app_password_is_a_hash"},
        {"UPDATE postern.app_passwords SET revoked = created - interval '1 s'",
         "app_password_is_used_after_it_was_made"},
    };
    for (const auto& each : cases)
        EXPECT_THAT(refusal(each.statement), HasSubstr(each.constraint)) << each.statement;
    EXPECT_EQ(refusal(address("'\"a \\\" b\"@example.org'")), "");
    EXPECT_EQ(refusal(address("repeat('a', 64) || '@example.org'")), "");
}

TEST_F(Schema, AnswersTheGateway) {
    struct Case {
        const char* question;
        const char* answer;
    };
    const Case cases[] = {
        {"postern.login_account('JANE')", "jane|active\n"},
        {"postern.login_account('J@Example.ORG')", "jane|active\n"},
        {"postern.login_account('@jane.example')", ""},
        {"postern.login_account('nobody')", ""},
        {"postern.login_secrets('jane')", "jane|$argon2id$jane|active|\n"},
        {"postern.login_secrets('joe@example.org') ORDER BY id",
         "joe|$argon2id$app|active|abcdefg2\njoe|$argon2id$joe|active|\n"},
        {"postern.account_addresses('jane')", "jane@example.org\nj@example.org\n@jane.example\n"},
        {"postern.account_groups('jane')", "sales\n"},
        {"postern.account_on_behalf_of('joe')", ""},
        {"postern.rehash('jane', '$argon2id$old', '$argon2id$new')", "f\n"},
        {"postern.rehash('jane', '$argon2id$jane', '$argon2id$new')", "t\n"},
        {"postern.adopt_account('jane', '$argon2id$x', '{}', '{}')", "f\n"},
        {"postern.adopt_account('a@example.org', NULL, '{}', '{A,a}')", "t\n"},
        {"postern.account_addresses('a@example.org')", "a@example.org\n"},
        {"postern.login_secrets('a@example.org')", ""},
    };
    for (const auto& each : cases)
        EXPECT_EQ(server->sql(fmt::format("SELECT * FROM {}", each.question)), each.answer)
            << each.question;

    server->sql(
        "INSERT INTO postern.delegations VALUES ('joe', 'jane', 'on_behalf_of');"
        "INSERT INTO postern.addresses (address, group_name) VALUES ('sales@example.org', 'sales');"
        "UPDATE postern.app_passwords SET revoked = now()");
    EXPECT_EQ(server->sql("SELECT * FROM postern.account_on_behalf_of('joe')"),
              "j@example.org\njane@example.org\n");
    EXPECT_THAT(server->sql("SELECT * FROM postern.account_addresses('jane')"),
                HasSubstr("@jane.example\nsales@example.org\n"));
    EXPECT_THAT(server->sql("SELECT * FROM postern.login_secrets('joe')"),
                Not(HasSubstr("abcdefg2")));
    EXPECT_THAT(refusal("SELECT postern.adopt_account('b', NULL, ARRAY['jane@example.org'], '{}')"),
                HasSubstr("\"b\" cannot be adopted: the address jane@example.org belongs"));
    EXPECT_EQ(server->sql("SELECT * FROM postern.login_account('b')"), "") << "nothing is left";
}

TEST_F(Schema, TouchesAnAppPasswordOnceAMinute) {
    const auto touch = [] {
        server->sql("SELECT postern.touch_app_password('abcdefg2')");
        return server->sql("SELECT xmin, last_used FROM postern.app_passwords");
    };
    const auto first = touch();
    EXPECT_EQ(touch(), first);
    server->sql(
        "UPDATE postern.app_passwords SET created = now() - interval '1 h',"
        " last_used = now() - interval '61 s'");
    EXPECT_EQ(server->sql("SELECT postern.touch_app_password('abcdefg2');"
                          "SELECT last_used = now() - interval '0' OR last_used > now() - interval "
                          "'5 s' FROM postern.app_passwords"),
              "\nt\n");
}

TEST_F(Schema, LetsTheGatewaysRoleAskAndHardlyAnythingElse) {
    server->sql("DROP ROLE IF EXISTS mx; CREATE ROLE mx LOGIN; GRANT postern_gateway TO mx");
    const auto as_gateway = [](const std::string& statement) {
        return refusal("SET ROLE mx; " + statement);
    };
    for (const auto* allowed :
         {"login_account('jane')", "login_secrets('jane')", "account_addresses('jane')",
          "account_groups('jane')", "account_on_behalf_of('jane')", "account_may_act_as('jane')",
          "rehash('jane', 'a', 'b')", "touch_app_password('x')",
          "adopt_account('new', '$argon2id$n', ARRAY['new@example.org'], ARRAY['sales'])"})
        EXPECT_EQ(as_gateway(fmt::format("SELECT postern.{}", allowed)), "") << allowed;
    for (const auto* table : {"accounts", "secrets", "groups", "memberships", "addresses",
                              "delegations", "app_passwords", "schema_migrations"})
        for (const auto* statement : {"SELECT FROM", "DELETE FROM", "TRUNCATE"})
            EXPECT_THAT(as_gateway(fmt::format("{} postern.{}", statement, table)),
                        HasSubstr("permission denied"))
                << table;
    EXPECT_THAT(as_gateway("CREATE TABLE postern.mine ()"), HasSubstr("permission denied"));
    EXPECT_THAT(as_gateway("SELECT postern.account_of('jane')"), HasSubstr("permission denied"));
    // The functions look into pg_catalog first, whatever the caller has put in front.
    EXPECT_EQ(as_gateway("CREATE FUNCTION pg_temp.lower(text) RETURNS text LANGUAGE sql AS "
                         "'SELECT ''jane'''; SELECT postern.login_account('nobody')"),
              "");
    EXPECT_EQ(
        server->sql("SELECT count(*) FROM pg_proc WHERE pronamespace = 'postern'::regnamespace"
                    " AND prosecdef AND NOT proconfig @> ARRAY['search_path=pg_catalog, "
                    "pg_temp']"),
        "0\n");
    server->sql("CREATE ROLE nobody_special LOGIN");
    EXPECT_THAT(refusal("SET ROLE nobody_special; SELECT postern.login_account('jane')"),
                HasSubstr("permission denied"));
}

TEST_F(Schema, LetsTheAdministratorsRoleWriteTheAccounts) {
    EXPECT_EQ(refusal("SET ROLE postern_admin; UPDATE postern.accounts SET status = 'disabled';"
                      "DELETE FROM postern.accounts; SELECT * FROM postern.schema_migrations"),
              "");
    EXPECT_THAT(refusal("SET ROLE postern_admin; DELETE FROM postern.schema_migrations"),
                HasSubstr("permission denied"));
    EXPECT_THAT(refusal("SET ROLE postern_admin; DROP TABLE postern.accounts"),
                HasSubstr("must be owner"));
}

// psql prints what it was notified of behind the statement.
TEST_F(Schema, TellsEveryChangeThatCouldAlterAnAnswer) {
    struct Case {
        const char* statement;
        std::vector<std::string> told;
    };
    const Case cases[] = {
        {"INSERT INTO postern.accounts (name) VALUES ('eve')", {"eve"}},
        {"UPDATE postern.accounts SET status = 'disabled' WHERE name = 'joe'", {"joe"}},
        {"UPDATE postern.accounts SET name = 'joseph' WHERE name = 'joe'", {"joe", "joseph"}},
        {"DELETE FROM postern.accounts WHERE name = 'joseph'", {"joseph"}},
        {"INSERT INTO postern.secrets VALUES ('eve', '$argon2id$x')", {"eve"}},
        {"UPDATE postern.secrets SET hash = '$argon2id$y' WHERE account = 'eve'", {"eve"}},
        {"DELETE FROM postern.secrets WHERE account = 'eve'", {"eve"}},
        {"INSERT INTO postern.addresses (address, account) VALUES ('e@x', 'eve')", {"eve"}},
        {"UPDATE postern.addresses SET account = 'jane' WHERE address = 'e@x'", {"eve", "jane"}},
        {"DELETE FROM postern.addresses WHERE address = 'e@x'", {"jane"}},
        {"INSERT INTO postern.addresses (address, group_name) VALUES ('s@x', 'sales')", {"jane"}},
        {"UPDATE postern.addresses SET account = 'eve', group_name = NULL WHERE address = 's@x'",
         {"eve", "jane"}},
        {"UPDATE postern.addresses SET created = now()", {}},
        {"INSERT INTO postern.groups (name) VALUES ('it')", {}},
        {"INSERT INTO postern.addresses (address, group_name) VALUES ('it@x', 'it')", {}},
        {"UPDATE postern.groups SET description = 'them'", {}},
        {"INSERT INTO postern.memberships VALUES ('it', 'eve'), ('it', 'jane')", {"eve", "jane"}},
        {"UPDATE postern.groups SET name = 'is' WHERE name = 'it'", {"eve", "jane"}},
        {"DELETE FROM postern.memberships WHERE group_name = 'is' AND account = 'jane'", {"jane"}},
        {"DELETE FROM postern.groups WHERE name = 'is'", {"eve"}},
        {"INSERT INTO postern.memberships VALUES ('sales', 'eve')", {"eve"}},
        {"UPDATE postern.memberships SET account = 'jane' WHERE account = 'eve' AND false", {}},
        {"DELETE FROM postern.memberships WHERE account = 'eve'", {"eve"}},
        {"INSERT INTO postern.delegations VALUES ('eve', 'jane', 'act_as')", {"eve"}},
        {"UPDATE postern.delegations SET permission = 'on_behalf_of'", {"eve"}},
        {"UPDATE postern.addresses SET kind = 'alias' WHERE account = 'jane' AND kind = 'primary'",
         {"jane", "eve"}},
        {"DELETE FROM postern.delegations", {"eve"}},
        {"INSERT INTO postern.app_passwords (id, account, label, hash)"
         " VALUES ('abcdefg3', 'eve', 'x', '$x')",
         {"eve"}},
        {"UPDATE postern.app_passwords SET last_used = now()", {}},
        {"UPDATE postern.app_passwords SET revoked = now()", {"eve"}},
        {"DELETE FROM postern.app_passwords", {"eve"}},
        {"INSERT INTO postern.accounts (name) SELECT 'n' || i FROM generate_series(1, 101) i",
         {""}},
        {"TRUNCATE postern.accounts CASCADE", {""}},
        {"TRUNCATE postern.groups CASCADE", {""}},
        {"TRUNCATE postern.secrets, postern.addresses CASCADE", {""}},
        {"TRUNCATE postern.memberships", {""}},
        {"TRUNCATE postern.delegations", {""}},
        {"TRUNCATE postern.app_passwords", {""}},
    };
    for (const auto& each : cases) {
        const auto output = server->sql(fmt::format("LISTEN postern_changed; {}", each.statement));
        std::size_t count = 0;
        for (auto at = output.find("Asynchronous"); at != output.npos;
             at = output.find("Asynchronous", at + 1))
            ++count;
        EXPECT_EQ(count, each.told.size()) << each.statement << "\n" << output;
        for (const auto& name : each.told)
            EXPECT_THAT(output, HasSubstr(name.empty() ? "\"postern_changed\" received"
                                                       : "payload \"" + name + "\""))
                << each.statement;
    }
}

// With the plans of the statements inside the functions, which auto_explain tells the log.
TEST_F(Schema, ReadsNoWholeTable) {
    server->sql(R"(
ALTER TABLE postern.accounts DISABLE TRIGGER tell_inserted;
INSERT INTO postern.accounts (name) SELECT 'u' || i FROM generate_series(1, 100000) i;
INSERT INTO postern.secrets (account, hash) SELECT name, '$x' FROM postern.accounts ON CONFLICT DO NOTHING;
INSERT INTO postern.addresses (address, account, kind)
SELECT name || '@example.net', name, 'alias' FROM postern.accounts;
INSERT INTO postern.groups (name) SELECT 'g' || i FROM generate_series(1, 10000) i;
INSERT INTO postern.memberships SELECT 'sales', name FROM postern.accounts ON CONFLICT DO NOTHING;
INSERT INTO postern.delegations SELECT name, 'jane', 'on_behalf_of' FROM postern.accounts WHERE name <> 'jane';
INSERT INTO postern.app_passwords (id, account, label, hash)
SELECT translate(lpad(i::text, 8, '0'), '0189', 'abcd'), 'u' || i, 'x', '$x' FROM generate_series(1, 100000) i
ON CONFLICT DO NOTHING;
ANALYZE;)");
    const auto log_before = server->log().size();
    server->sql(R"(
LOAD 'auto_explain';
SET auto_explain.log_min_duration = 0;
SET auto_explain.log_nested_statements = on;
SELECT * FROM postern.login_secrets('u77@example.net');
SELECT * FROM postern.login_account('u77');
SELECT * FROM postern.account_addresses('u77');
SELECT * FROM postern.account_groups('u77');
SELECT * FROM postern.account_on_behalf_of('u77');
SELECT postern.rehash('u77', '$x', '$y');
SELECT postern.touch_app_password('aaaaaa77');
SELECT postern.adopt_account('another', '$x', ARRAY['another@example.net'], ARRAY['sales']);)");
    const auto plans = server->log().substr(log_before);
    for (const auto* index : {"accounts_pkey", "addresses_pkey", "addresses_of_account",
                              "memberships_pkey", "delegations_pkey", "secrets_pkey"})
        EXPECT_THAT(plans, HasSubstr(index));
    EXPECT_THAT(plans, Not(HasSubstr("Seq Scan on"))) << plans;
}

}  // namespace
}  // namespace postern::test
