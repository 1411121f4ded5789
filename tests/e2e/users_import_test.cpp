// `postern users import` from live directories: a real OpenLDAP and real databases.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "support/eventually.hpp"
#include "support/gateway.hpp"
#include "support/postgresql.hpp"
#include "support/slapd.hpp"

namespace postern::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr int crowd = 2600;

constexpr std::string_view settings = R"toml([directory.new]
type = "postgresql"
url = "${new}"

[directory.old]
type = "ldap"
url = "${ldap}"
base-dn = "ou=crowd,dc=example,dc=org"
bind = { dn = "cn=postern,ou=services,dc=example,dc=org", secret = "service secret", auth.method = "lookup" }
filter.name = "(&(objectClass=inetOrgPerson)(uid=?))"

[directory.hashes]
type = "ldap"
url = "${ldap}"
base-dn = "ou=people,dc=example,dc=org"
bind = { dn = "cn=verifier,ou=services,dc=example,dc=org", secret = "verifier secret" }
filter.name = "(&(objectClass=inetOrgPerson)(uid=?))"
filter.list = "(|(uid=jane)(uid=joe)(uid=plain)(uid=sasl))"
attributes = { email-alias = "mailAlias", on-behalf-of = "mailDelegateOf" }
groups = "name"

[directory.other]
type = "postgresql"
url = "${other}"

[directory.postfixadmin]
type = "postgresql"
url = "${postfixadmin}"
query.authenticate = "SELECT username AS name, password AS secret FROM mailbox WHERE username = :login"
query.list = "SELECT username AS name, password AS secret, active FROM mailbox WHERE username > :after ORDER BY username LIMIT :limit"
query.emails = "SELECT address FROM alias WHERE active AND :name = ANY (string_to_array(replace(goto, ' ', ''), ','))"

[directory.mute]
type = "postgresql"
url = "${other}"
query.authenticate = "SELECT name, secret FROM accounts WHERE name = :login"

[directory.few]
type = "memory"
)toml";

class UsersImport : public ::testing::Test {
 protected:
    static void SetUpTestSuite() {
        slapd = std::make_unique<Slapd>(SlapdOptions{
            .people = crowd,
            .settings =
                "limits dn.children=ou=services,dc=example,dc=org size.prtotal=unlimited\n"});
        slapd->add(
            "dn: uid=plain,ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\n"
            "uid: plain\ncn: Plain\nsn: Plain\nmail: plain@example.org\nuserPassword: in the "
            "clear\n\n"
            "dn: uid=sasl,ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\n"
            "uid: sasl\ncn: Sasl\nsn: Sasl\nmail: sasl@example.org\n"
            "userPassword: {SASL}sasl@EXAMPLE.ORG\n");
        server = std::make_unique<Postgresql>();
        migrate("mail");
        server->sql("CREATE DATABASE other", "postgres");
        migrate("other");
        server->sql("CREATE ROLE gate LOGIN PASSWORD 'gate secret'; GRANT postern_gateway TO gate");
        server->sql("CREATE DATABASE postfixadmin", "postgres");
        server->sql(read_file(POSTERN_SOURCE_DIR "/tests/support/postgresql/postfixadmin.sql"),
                    "postfixadmin");
        server->sql(R"(
CREATE FUNCTION public.take_a_while() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END $$;
CREATE TRIGGER slow AFTER INSERT ON postern.accounts
    FOR EACH STATEMENT EXECUTE FUNCTION public.take_a_while();
ALTER TABLE postern.accounts DISABLE TRIGGER slow)");
    }
    static void TearDownTestSuite() {
        server.reset();
        slapd.reset();
    }
    void SetUp() override { server->sql("TRUNCATE postern.accounts, postern.groups CASCADE"); }

    static void migrate(const std::string& database) {
        Installation dba("[directory.sql]\ntype = \"postgresql\"\nurl = \"${url}\"\n",
                         {{"url", server->url("postgres", "", database)}});
        const auto done = dba.command({"migrate"});
        ASSERT_EQ(done.status, 0) << done.errors;
    }
    static Installation::Values values() {
        return {{"new", server->url()},
                {"other", server->url("postgres", "", "other")},
                {"postfixadmin", server->url("postgres", "", "postfixadmin")},
                {"ldap", slapd->url()}};
    }
    static std::vector<std::string> arguments(std::vector<std::string> more) {
        std::vector<std::string> all{"users", "import", "--directory", "new", "--from"};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
    Finished import(std::vector<std::string> more) const {
        return installation_.command(arguments(std::move(more)));
    }
    static int accounts() {
        return std::stoi(server->sql("SELECT count(*) FROM postern.accounts"));
    }
    // While a batch takes a third of a second: until the first one is written.
    std::unique_ptr<Process> begun() const {
        server->sql("ALTER TABLE postern.accounts ENABLE TRIGGER slow");
        auto process =
            std::make_unique<Process>(installation_.command_line(arguments({"ldap", "old"})));
        EXPECT_TRUE(eventually([] { return accounts() > 0; })) << process->errors();
        server->sql("SET lock_timeout = '10s'; ALTER TABLE postern.accounts DISABLE TRIGGER slow");
        return process;
    }

    static std::unique_ptr<Slapd> slapd;
    static std::unique_ptr<Postgresql> server;
    Installation installation_{settings, values()};
};
std::unique_ptr<Slapd> UsersImport::slapd;
std::unique_ptr<Postgresql> UsersImport::server;

TEST_F(UsersImport, TakesAllOfALiveDirectoryOnce) {
    const auto planned = import({"ldap", "old", "--dry-run"});
    EXPECT_EQ(planned.status, 0) << planned.errors;
    EXPECT_THAT(planned.output, HasSubstr("added    user00001\n"));
    EXPECT_THAT(planned.output, HasSubstr("added 2600, changed 0, same 0, refused 0; nothing was"));
    EXPECT_EQ(accounts(), 0);

    const auto done = import({"ldap", "old"});
    EXPECT_EQ(done.status, 0) << done.errors;
    EXPECT_THAT(done.output, StartsWith("added 2600, changed 0, same 0, refused 0\n"));
    EXPECT_THAT(done.output, HasSubstr("2600 came without a password; a directory of type "
                                       "\"migrate\""));
    EXPECT_EQ(accounts(), crowd);
    EXPECT_EQ(server->sql("SELECT * FROM postern.account_addresses('user02600')"),
              "user02600@example.org\n");
    EXPECT_THAT(import({"ldap", "old"}).output, HasSubstr("added 0, changed 0, same 2600"));
}

TEST_F(UsersImport, BringsHashesGroupsAndPermissions) {
    const auto done = import({"ldap", "hashes"});
    EXPECT_EQ(done.status, 1);
    EXPECT_THAT(done.output, HasSubstr("added 2, changed 0, same 0, refused 2"));
    EXPECT_THAT(done.errors, HasSubstr("hashes: uid=plain,ou=people,dc=example,dc=org: "
                                       "the password is clear text"));
    EXPECT_THAT(done.errors, HasSubstr("hashes: uid=sasl,ou=people,dc=example,dc=org: "
                                       "the password hash cannot be used"));
    EXPECT_THAT(done.errors, Not(HasSubstr("in the clear")));
    EXPECT_EQ(server->sql("SELECT secret FROM postern.login_secrets('jane')"),
              "{SSHA}LhKrkM9Fy+zlstjdD7Kv2s6QvhBzYWx0\n");
    EXPECT_THAT(server->sql("SELECT secret FROM postern.login_secrets('joe')"),
                HasSubstr("$argon2id$"));
    EXPECT_EQ(server->sql("SELECT * FROM postern.account_addresses('jane')"),
              "jane@example.org\njane.doe@example.org\nsales-lead@example.org\n@jane.example\n");
    EXPECT_EQ(server->sql("SELECT * FROM postern.account_groups('joe')"), "ring-left\nsales\n");
    EXPECT_THAT(done.output, HasSubstr("1 may send on behalf of somebody"));
    EXPECT_EQ(server->sql("SELECT * FROM postern.account_on_behalf_of('jane')"),
              "joe@example.org\n");
    EXPECT_THAT(import({"ldap", "hashes"}).output, HasSubstr("same 2, refused 2"));

    const auto clear = import({"ldap", "hashes", "--clear-text"});
    EXPECT_THAT(clear.errors, HasSubstr("1 passwords in clear text to hash: about"));
    EXPECT_THAT(clear.output, HasSubstr("added 1, changed 0, same 2, refused 1"));
    EXPECT_THAT(server->sql("SELECT secret FROM postern.login_secrets('plain')"),
                StartsWith("$argon2id$"));
}

TEST_F(UsersImport, GoesOnWhereItWasKilled) {
    const auto process = begun();
    process->kill();
    const int written = accounts();
    EXPECT_GT(written, 0);
    EXPECT_LT(written, crowd);
    EXPECT_EQ(written % 500, 0) << "a batch is whole";
    const auto again = import({"ldap", "old"});
    EXPECT_EQ(again.status, 0) << again.errors;
    EXPECT_THAT(again.output, HasSubstr(fmt::format("added {}, changed 0, same {}, refused 0",
                                                    crowd - written, written)));
    EXPECT_EQ(accounts(), crowd);
}

TEST_F(UsersImport, TellsThatItsSourceBrokeOff) {
    const auto process = begun();
    slapd->kill();
    EXPECT_EQ(process->wait(Process::Seconds(60)), 75);
    EXPECT_THAT(process->errors(), HasSubstr("directory \"old\" cannot be read: " + slapd->url()));
    EXPECT_THAT(process->errors(), HasSubstr("this is not all: run it again"));
    EXPECT_LT(accounts(), crowd);
    const auto down = import({"ldap", "old"});
    EXPECT_EQ(down.status, 75);
    EXPECT_THAT(down.output, HasSubstr("added 0, changed 0, same 0"));
    slapd->start();
    EXPECT_EQ(import({"ldap", "old"}).status, 0);
    EXPECT_EQ(accounts(), crowd);
}

TEST_F(UsersImport, MovesFromOneDatabaseToAnother) {
    server->sql(R"(TRUNCATE postern.accounts, postern.groups CASCADE;
SELECT postern.adopt_account('jane', '$6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/jctKu9YterLp8wwnSq.qc.eoxqOmSuNp2xS0ktL3nh/', ARRAY['jane@example.org', '@jane.example'], ARRAY['sales']);
SELECT postern.adopt_account('joe', NULL, ARRAY['joe@example.org'], ARRAY['sales']);
SELECT postern.adopt_account('paul', NULL, ARRAY['paul@example.org'], '{}');
UPDATE postern.accounts SET status = 'disabled' WHERE name = 'paul';
UPDATE postern.accounts SET status = 'must_change' WHERE name = 'joe';
INSERT INTO postern.addresses (address, group_name) VALUES ('sales@example.org', 'sales');
INSERT INTO postern.delegations VALUES ('joe', 'jane', 'on_behalf_of'))",
                "other");
    const auto done = import({"sql", "other"});
    EXPECT_EQ(done.status, 0) << done.errors;
    EXPECT_THAT(done.output, HasSubstr("added 3, changed 0, same 0, refused 0"));
    EXPECT_THAT(done.output, HasSubstr("2 came without a password"));
    EXPECT_THAT(done.errors, HasSubstr("other: joe: sales@example.org is left out, for it is in "
                                       "other: jane already"));
    EXPECT_EQ(server->sql("SELECT name, status FROM postern.accounts ORDER BY name"),
              "jane|active\njoe|must_change\npaul|disabled\n");
    EXPECT_THAT(server->sql("SELECT secret FROM postern.login_secrets('jane')"),
                StartsWith("$6$saltsalt$"));
    EXPECT_EQ(server->sql("SELECT * FROM postern.memberships ORDER BY account"),
              "sales|jane\nsales|joe\n");
    EXPECT_EQ(server->sql("SELECT * FROM postern.account_on_behalf_of('joe')"),
              server->sql("SELECT address FROM postern.account_addresses('jane') AS a(address) "
                          "WHERE address NOT LIKE '@%' ORDER BY 1"));
    EXPECT_THAT(import({"sql", "other"}).output, HasSubstr("same 3"));
}

TEST_F(UsersImport, MovesFromPostfixadmin) {
    EXPECT_THAT(import({"sql", "postfixadmin"}).output, HasSubstr("refused 4"));
    const auto done = import({"sql", "postfixadmin", "--clear-text"});
    EXPECT_EQ(done.status, 0) << done.errors;
    EXPECT_THAT(done.output, HasSubstr("added 4, changed 0, same 0, refused 0"));
    EXPECT_EQ(server->sql("SELECT * FROM postern.account_addresses('jane@example.org')"),
              "jane@example.org\nsales@example.org\n");
    EXPECT_EQ(server->sql("SELECT status FROM postern.accounts WHERE name = 'paul@example.org'"),
              "disabled\n");
}

TEST_F(UsersImport, ReadsOnlyWhatItMayRead) {
    auto as_gateway = values();
    as_gateway["other"] = server->url("gate", "gate%20secret", "other");
    const auto refused = Installation(settings, as_gateway).command(arguments({"sql", "other"}));
    EXPECT_EQ(refused.status, 75);
    EXPECT_THAT(refused.errors, HasSubstr("query.list: insufficient_privilege (42501)"));
}

TEST_F(UsersImport, NamesTheDirectoriesThatWouldDo) {
    struct Case {
        std::vector<std::string> arguments;
        int status;
        const char* words;
    };
    for (const auto& [more, status, words] : {
             Case{{"ldap"}, 64, "from which directory? --from ldap takes one of: old, hashes"},
             Case{{"ldap", "older"},
                  64,
                  "there is no directory \"older\"; --from ldap takes one of"},
             Case{
                 {"ldap", "few"}, 64, "directory \"few\" is of type \"memory\"; --from ldap takes"},
             Case{{"ldap", "other"}, 64, "directory \"other\" is of type \"postgresql\";"},
             Case{{"sql", "new"}, 64, "\"new\" is where the accounts are to go; --from sql takes"},
             Case{{"sql", "mute"}, 78, "directory \"mute\" cannot list its accounts"},
             Case{{"csv"}, 64, "which file?"},
             Case{{"imap", "old"}, 64, "--from"},
         }) {
        const auto done = import(more);
        EXPECT_EQ(done.status, status) << words;
        EXPECT_THAT(done.errors, HasSubstr(words));
    }
    EXPECT_THAT(installation_.command({"users", "import", "--help"}).output,
                HasSubstr("--from ldap corp"));
}

}  // namespace
}  // namespace postern::test
