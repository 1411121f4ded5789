// backends/postgresql against a real PostgreSQL.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "support/directory_host.hpp"
#include "support/eventually.hpp"
#include "support/postgresql.hpp"
#include "support/process.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::eventually;
using test::Postgresql;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string sample(const std::string& name) {
    return test::read_file(POSTERN_SOURCE_DIR "/tests/support/postgresql/" + name + ".sql");
}

std::string connection(const Postgresql& server) {
    return fmt::format("type = \"postgresql\"\nurl = \"{}?sslmode=disable\"\n",
                       server.url("gate", "gate%20secret"));
}

std::string authenticate(const std::string& query) {
    return "query.authenticate = \"\"\"" + query + "\"\"\"\n";
}

class PostgresqlBackend : public testing::Test {
 protected:
    static void SetUpTestSuite() {
        server = new Postgresql();
        server->sql(sample("standin"));
    }
    static void TearDownTestSuite() { delete std::exchange(server, nullptr); }
    static inline Postgresql* server = nullptr;
};

TEST_F(PostgresqlBackend, ProvesPasswords) {
    for (const auto* prepare : {"prepare = true\n", "prepare = false\n"}) {
        SCOPED_TRACE(prepare);
        DirectoryHost host(connection(*server) + prepare);
        EXPECT_EQ(host.outcome("jane@example.org", "correct horse"), "accepted Jane") << host.log();
        EXPECT_EQ(host.outcome("JANE", "correct horse"), "accepted Jane");
        EXPECT_EQ(host.outcome("jane", "battery staple"), "rejected bad_credentials Jane");
        EXPECT_EQ(host.outcome("nobody", "x"), "rejected unknown_user");
        EXPECT_EQ(host.outcome("joe", "battery"), "accepted joe") << "either of two passwords";
        EXPECT_EQ(host.outcome("joe", "staple"), "accepted joe");
        EXPECT_EQ(host.outcome("paul", "correct horse"), "rejected disabled paul");
        EXPECT_EQ(host.outcome("paul", "wrong"), "rejected bad_credentials paul");
        EXPECT_EQ(host.outcome("mary", "correct horse"), "rejected expired mary");
        EXPECT_EQ(host.outcome("luke", "correct horse"), "rejected locked luke");
    }
}

TEST_F(PostgresqlBackend, ReadsThePrincipalOfTheNameThatWasProved) {
    DirectoryHost host(connection(*server));
    const auto jane = host.principal("jane@example.org", "correct horse");
    EXPECT_EQ(jane.name, "Jane");
    EXPECT_THAT(jane.addresses,
                ElementsAre("jane@example.org", "Jane.Doe@example.org", "@jane.example"));
    EXPECT_THAT(jane.groups, ElementsAre("sales", "staff"));
    EXPECT_THAT(jane.on_behalf_of, ElementsAre("boss@example.org"));
    EXPECT_EQ(host.principal("jane"), jane) << "without a password";
    EXPECT_EQ(host.outcome("paul"), "rejected disabled paul");
    EXPECT_EQ(host.outcome("nobody"), "rejected unknown_user");
    EXPECT_TRUE(host.service().capabilities().several_secrets);
    EXPECT_TRUE(host.service().capabilities().lists_addresses);
}

TEST_F(PostgresqlBackend, RowsThatCannotBeUnderstoodAreNoAnswer) {
    DirectoryHost host(connection(*server));
    EXPECT_EQ(host.outcome("odd", "correct horse"), "unavailable question");
    EXPECT_THAT(host.log(), HasSubstr("unknown status"));
    EXPECT_EQ(host.outcome("nohash", "correct horse"), "unavailable question");
    EXPECT_THAT(host.log(), HasSubstr(R"(is NULL)"));
    EXPECT_EQ(host.outcome("bare", "s3cret"), "unavailable question");
    EXPECT_THAT(host.log(), HasSubstr("unknown password scheme"));
    EXPECT_THAT(host.log(), Not(HasSubstr("s3cret")));
    EXPECT_EQ(host.outcome("jane", "correct horse"), "accepted Jane") << "nobody else suffers";

    DirectoryHost guess(connection(*server) +
                        authenticate("SELECT name, secret FROM postern.secrets WHERE name ILIKE "
                                     "'%' || :login || '%'"));
    EXPECT_EQ(guess.outcome("joe", "battery"), "accepted joe") << guess.log();
    EXPECT_EQ(guess.outcome("j", "battery"), "unavailable question");
    EXPECT_THAT(guess.log(), HasSubstr("directory.ambiguous"));
}

TEST_F(PostgresqlBackend, AnAppPasswordIsOneMoreRow) {
    DirectoryHost host(connection(*server) +
                       authenticate("SELECT * FROM postern.login_secrets(:login)") +
                       "query.touch = \"\"\"UPDATE postern.people SET status = status WHERE name = "
                       ":id\"\"\"\n");
    EXPECT_EQ(host.outcome("joe", "k7-phone"), "accepted joe") << host.log();
    EXPECT_EQ(host.outcome("joe", "k7-other"), "rejected bad_credentials joe");
    EXPECT_EQ(host.outcome("joe", "battery"), "accepted joe");
    EXPECT_TRUE(eventually([&] { return host.log().find("step=\"touch\"") != std::string::npos; }))
        << host.log();
}

TEST_F(PostgresqlBackend, ALoginMayBeMappedFirst) {
    DirectoryHost host(
        connection(*server) +
        authenticate("SELECT name, secret FROM postern.secrets WHERE name = :login") +
        "query.login = \"\"\"SELECT name FROM postern.addresses WHERE "
        "lower(address) = :login\"\"\"\n");
    EXPECT_EQ(host.outcome("jane.doe@example.org", "correct horse"), "accepted Jane") << host.log();
    EXPECT_EQ(host.outcome("jane", "correct horse"), "rejected unknown_user");
}

TEST_F(PostgresqlBackend, TheDomainOfALoginIsAskedForInALabels) {
    DirectoryHost host(
        connection(*server) +
        authenticate("SELECT name, secret FROM postern.secrets WHERE lower(name) = :local AND "
                     ":domain = 'xn--bcher-kva.example' AND :login = :local || '@' || :domain"));
    EXPECT_EQ(host.outcome("Jane@Bücher.example", "correct horse"), "accepted Jane") << host.log();
    EXPECT_EQ(host.outcome("jane@xn--bcher-kva.example", "correct horse"), "accepted Jane");
    EXPECT_EQ(host.outcome("jane@xn--b\u00fccher.example", "correct horse"),
              "rejected unknown_user");
    EXPECT_EQ(host.outcome("jane", "correct horse"), "rejected unknown_user");
}

TEST_F(PostgresqlBackend, AnOldHashIsReplacedAfterALogin) {
    server->sql(
        "INSERT INTO postern.people VALUES ('anna', 'anna@example.org', 'active');"
        "INSERT INTO postern.secrets VALUES ('anna', 'sesame', NULL)");
    DirectoryHost host(connection(*server) + "rehash = true\n");
    const auto stored = [&] {
        return server->sql("SELECT secret FROM postern.secrets WHERE name = 'anna'");
    };
    EXPECT_EQ(host.outcome("anna", "wrong"), "rejected bad_credentials anna");
    EXPECT_EQ(stored(), "sesame\n");
    EXPECT_EQ(host.outcome("anna", "sesame"), "accepted anna");
    ASSERT_TRUE(eventually([&] { return stored() != "sesame\n"; })) << host.log();
    EXPECT_THAT(stored(), StartsWith("$argon2id$"));
    EXPECT_EQ(host.outcome("anna", "sesame"), "accepted anna");
    const auto once = stored();
    EXPECT_EQ(host.outcome("anna", "sesame"), "accepted anna");
    EXPECT_EQ(stored(), once);
    EXPECT_THAT(host.log(), Not(HasSubstr("sesame")));
    EXPECT_THAT(host.log(), Not(HasSubstr("argon2id")));
}

TEST_F(PostgresqlBackend, SqlInALoginIsALoginOfNobody) {
    DirectoryHost host(
        connection(*server) +
        authenticate("SELECT name, secret FROM postern.secrets WHERE name = :login OR (name = "
                     ":local AND :domain = 'example.org')"));
    const auto dump = [] {
        return server->sql(
            "SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM (SELECT * "
            "FROM postern.people p JOIN postern.secrets s USING (name)) t");
    };
    const std::string parts[] = {
        "' or '1'='1",
        "' or 1=1--",
        "'; drop table postern.people;--",
        "\\' or 1=1--",
        "') or ('1'='1",
        "' union select 'joe','x'--",
        "$1",
        ":login",
        "$$; drop table postern.secrets;$$",
        "jane' --",
        "\"jane\"",
        "%",
        "_oe",
        "joe/*",
        "'||'",
        "joe' and pg_sleep(9)--",
        "1; update postern.people set status='active'",
    };
    const auto before = dump();
    int tried = 0;
    for (const auto& part : parts)
        for (const auto& login : {part, part + "@example.org", "joe@" + part}) {
            EXPECT_EQ(host.outcome(login, "battery"), "rejected unknown_user") << login;
            EXPECT_EQ(host.outcome(login), "rejected unknown_user") << login;
            ++tried;
        }
    EXPECT_GE(tried, 50);
    EXPECT_EQ(dump(), before);
    EXPECT_EQ(host.outcome("joe@example.org", "battery"), "accepted joe");
}

TEST_F(PostgresqlBackend, CheckTellsWhatItIsConnectedTo) {
    DirectoryHost host(connection(*server));
    const auto good = host.findings();
    ASSERT_EQ(good.size(), 2U);
    EXPECT_THAT(good[0], StartsWith("good 127.0.0.1:"));
    EXPECT_THAT(good[0], HasSubstr("PostgreSQL 15."));
    EXPECT_THAT(good[0], HasSubstr("knows us as gate, without TLS"));
    EXPECT_THAT(good[1], HasSubstr("takes query.authenticate, query.lookup, query.emails"));

    DirectoryHost superuser(
        fmt::format("type = \"postgresql\"\nurl = \"{}\"\n", server->url()) +
        authenticate("SELECT nme, secret FROM postern.secrets WHERE name = :login") +
        "query.emails = \"SELECT 1 WHERE :name = ''\"\n");
    const auto bad = superuser.findings();
    ASSERT_EQ(bad.size(), 4U);
    EXPECT_THAT(bad[1], HasSubstr("warning"));
    EXPECT_THAT(bad[1], HasSubstr("postgres is a superuser"));
    EXPECT_THAT(bad[2], HasSubstr("query.authenticate: undefined_column (42703): column \"nme\""));
}

TEST_F(PostgresqlBackend, AQueryThatIsWrongIsToldWhenConnecting) {
    struct Case {
        std::string query, why;
    };
    const Case cases[] = {
        {"SELECT name, secret FROM nowhere WHERE name = :login", "undefined_table (42P01)"},
        {"SELEKT name, secret FROM postern.secrets WHERE name = :login", "syntax_error (42601)"},
        {"SELECT name, secret AS password FROM postern.secrets WHERE name = :login",
         "no column is called \\x22secret\\x22"},
    };
    for (const auto& [query, why] : cases) {
        DirectoryHost host(connection(*server) + authenticate(query));
        EXPECT_TRUE(eventually([&] {
            return host.log().find("directory.query-refused") != std::string::npos;
        })) << host.log();
        EXPECT_THAT(host.log(), HasSubstr(why));
        EXPECT_EQ(host.outcome("jane", "correct horse"), "unavailable directory");
    }
}

// What our reading of SQL takes for a placeholder is what the server takes for one.
TEST_F(PostgresqlBackend, TheServerReadsQueriesAsWeDo) {
    const std::string queries[] = {
        R"(SELECT name, secret, E'it\'s :login', 'back\', $$:local'$$ FROM postern.secrets WHERE name = :login)",
        R"(SELECT name, secret, $q$:login $$ $q$, U&'\0041:login', B'01', a$b FROM postern.secrets, (SELECT 1 AS a$b) x WHERE name=:login)",
        "SELECT name, secret, E'a'\n'\\':login' AS x FROM postern.secrets /* :x /* ' */ */ WHERE "
        "name = :login -- :y\n;",
        "SELECT name,secret FROM postern.secrets WHERE name=:login::text AND(1=1:: int)AND name "
        "IN(:local,:login)",
    };
    for (const auto& query : queries) {
        auto escaped = query;
        DirectoryHost host(connection(*server) + "query.authenticate = '''" + escaped + "'''\n");
        EXPECT_EQ(host.outcome("joe", "battery"), "accepted joe") << query << host.log();
    }
}

class Tls : public testing::Test {
 protected:
    static std::string settings(const Postgresql& server, const std::string& host,
                                const std::string& ca, const std::string& more = "") {
        return fmt::format(
            "type = \"postgresql\"\nhost = \"{}:{}\"\nuser = \"gate\"\npassword = \"gate secret\"\n"
            "database = \"mail\"\ntls.mode = \"verify-full\"\ntls.ca = \"{}\"\n{}",
            host, server.port(), ca, more);
    }
};

TEST_F(Tls, TheCertificateHasToBeTheServers) {
    Postgresql server({.tls = true});
    server.sql(sample("standin"));
    DirectoryHost host(settings(server, "localhost", server.ca()));
    EXPECT_EQ(host.outcome("jane", "correct horse"), "accepted Jane") << host.log();
    EXPECT_THAT(host.findings()[0], HasSubstr("knows us as gate, TLSv1.3"));

    Postgresql other({.tls = true, .certificate = {.name = "other", .names = {"db.example"}}});
    other.sql(sample("standin"));
    DirectoryHost wrong_name(settings(other, "localhost", other.ca()));
    EXPECT_EQ(wrong_name.outcome("jane", "correct horse"), "unavailable directory");
    EXPECT_THAT(wrong_name.log(), HasSubstr("directory.server-down"));
    DirectoryHost wrong_ca(settings(server, "localhost", other.ca()));
    EXPECT_EQ(wrong_ca.outcome("jane", "correct horse"), "unavailable directory");
    EXPECT_THAT(wrong_ca.why("jane", "correct horse"), HasSubstr("certificate verify failed"));
}

// libpq leaves octets of a long answer in OpenSSL's buffer.
TEST_F(Tls, LongAnswersArriveWhole) {
    Postgresql server({.tls = true});
    server.sql(sample("standin"));
    DirectoryHost host(
        settings(server, "localhost", server.ca(),
                 authenticate("SELECT name, secret FROM postern.secrets WHERE name = :login") +
                     "query.groups = \"\"\"SELECT repeat('x', 900) || g FROM generate_series(1, "
                     "2000) g WHERE :name <> ''\"\"\"\n"));
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(host.principal("joe", "battery").groups.size(), 2000U) << host.log();
}

}  // namespace
}  // namespace postern
