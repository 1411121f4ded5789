// `postern migrate` and `postern users` against a real PostgreSQL.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "support/gateway.hpp"
#include "support/postgresql.hpp"

namespace postern::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view settings = R"([directory.sql]
type = "postgresql"
url = "${url}"
admin = { user = "helpdesk", password = "${password}" }
)";
constexpr const char* some_hash =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

class Users : public ::testing::Test {
 protected:
    static void SetUpTestSuite() {
        server = std::make_unique<Postgresql>();
        server->sql("CREATE ROLE helpdesk LOGIN PASSWORD 'let me in'");
        Installation dba("[directory.sql]\ntype = \"postgresql\"\nurl = \"${url}\"\n",
                         {{"url", server->url()}});
        const auto migrated = dba.command({"migrate"});
        ASSERT_EQ(migrated.status, 0) << migrated.errors;
        server->sql("GRANT postern_admin TO helpdesk");
    }
    static void TearDownTestSuite() { server.reset(); }
    void SetUp() override { server->sql("TRUNCATE postern.accounts, postern.groups CASCADE"); }

    static Installation::Values values() {
        return {{"url", server->url()}, {"password", "let me in"}};
    }
    Finished users(std::vector<std::string> arguments, const std::string& input = "") const {
        arguments.insert(arguments.begin(), "users");
        return installation_.command(std::move(arguments), input);
    }
    std::string file(const std::string& name, const std::string& content) const {
        const auto path = installation_.directory() / name;
        write_file(path, content);
        return path.string();
    }
    void expect_good(const Finished& finished) const {
        EXPECT_EQ(finished.status, 0) << finished.output << finished.errors;
    }

    static std::unique_ptr<Postgresql> server;
    Installation installation_{settings, values()};
};
std::unique_ptr<Postgresql> Users::server;

TEST_F(Users, AreAddedWithAHashThatTheGatewayReads) {
    expect_good(users({"add", "Jane", "--email", "Jane@EXAMPLE.org", "--email",
                       "@b\u00fccher.example", "--group", "sales"},
                      "s3cret\n"));
    const auto row = server->sql("SELECT * FROM postern.login_secrets('jane@example.org')");
    EXPECT_THAT(row, HasSubstr("jane|$argon2id$v=19$m=65536,t=3,p=1$"));
    EXPECT_THAT(row, HasSubstr("|active|"));
    EXPECT_THAT(row, Not(HasSubstr("s3cret")));
    const auto shown = users({"show", "jane"});
    EXPECT_THAT(shown.output, HasSubstr("@xn--bcher-kva.example"));
    EXPECT_THAT(shown.output, Not(HasSubstr("argon2")));
    EXPECT_EQ(users({"add", "jane", "--email", "other@example.org"}, "x\n").status, 1);
    EXPECT_EQ(users({"add", "joe", "--email", "jane@example.org"}, "x\n").status, 1);
    EXPECT_EQ(users({"add", "joe", "--email", "no address"}, "x\n").status, 64);
    EXPECT_EQ(server->sql("SELECT count(*) FROM postern.accounts"), "1\n");
}

TEST_F(Users, AreChangedInEveryWayThereIs) {
    for (const auto* name : {"jane", "joe"})
        expect_good(
            users({"add", name, "--email", std::string(name) + "@example.org", "--no-password"}));
    EXPECT_EQ(server->sql("SELECT * FROM postern.login_secrets('jane')"), "");
    expect_good(users({"passwd", "jane", "--hash"}, std::string(some_hash) + "\n"));
    EXPECT_THAT(server->sql("SELECT secret FROM postern.login_secrets('jane')"),
                some_hash + std::string("\n"));
    EXPECT_EQ(users({"passwd", "jane", "--hash"}, "clear text\n").status, 64);
    expect_good(users({"alias", "jane", "j.doe@example.org", "--primary"}));
    EXPECT_EQ(server->sql("SELECT * FROM postern.account_addresses('jane')"),
              "j.doe@example.org\njane@example.org\n");
    EXPECT_EQ(users({"alias", "joe", "jane@example.org"}).status, 1);
    expect_good(users({"alias", "jane", "jane@example.org", "--remove"}));
    EXPECT_EQ(users({"show", "jane@example.org"}).status, 1);
    expect_good(users({"group", "Sales", "add", "jane", "joe@example.org"}));
    expect_good(users({"group", "sales", "remove", "joe"}));
    EXPECT_EQ(server->sql("SELECT * FROM postern.memberships"), "sales|jane\n");
    expect_good(users({"delegate", "joe", "--on-behalf-of", "jane"}));
    EXPECT_EQ(server->sql("SELECT * FROM postern.account_on_behalf_of('joe')"),
              "j.doe@example.org\n");
    expect_good(users({"delegate", "joe", "--on-behalf-of", "jane", "--remove"}));
    EXPECT_EQ(users({"delegate", "joe", "--act-as", "jane", "--remove"}).status, 1);
    expect_good(users({"must-change", "jane"}));
    expect_good(users({"passwd", "jane"}, "new\n"));
    EXPECT_EQ(server->sql("SELECT status FROM postern.login_account('jane')"), "active\n");
    expect_good(users({"disable", "jane"}));
    EXPECT_EQ(server->sql("SELECT status FROM postern.login_account('jane')"), "disabled\n");
    expect_good(users({"enable", "jane"}));
    expect_good(users({"remove", "jane"}));
    EXPECT_EQ(users({"remove", "jane"}).status, 1);
    EXPECT_EQ(server->sql("SELECT name FROM postern.accounts"), "joe\n");
}

TEST_F(Users, GetAppPasswordsThatAreShownOnce) {
    expect_good(users({"add", "joe", "--email", "joe@example.org", "--no-password"}));
    const auto made = users({"app-password", "joe", "add", "--label", "phone"});
    EXPECT_THAT(made.output, ::testing::MatchesRegex("[a-z2-7]{8}(-[a-z2-7]{4}){8}\n"));
    const auto id = made.output.substr(0, 8);
    EXPECT_THAT(server->sql("SELECT id, secret FROM postern.login_secrets('joe')"),
                HasSubstr(id + "|$argon2id$"));
    const auto listed = users({"app-password", "joe", "list"});
    EXPECT_THAT(listed.output, HasSubstr(id));
    EXPECT_THAT(listed.output, Not(HasSubstr(made.output.substr(9, 20))));
    expect_good(users({"app-password", "joe", "revoke", id}));
    EXPECT_EQ(server->sql("SELECT * FROM postern.login_secrets('joe')"), "");
    EXPECT_EQ(users({"app-password", "joe", "revoke", "nosuchid"}).status, 1);
    EXPECT_EQ(users({"app-password", "joe", "add"}).status, 64);
}

TEST_F(Users, CannotBeToldToDoOtherThingsInSql) {
    const std::string evil = "x'); DROP TABLE postern.accounts; --";
    expect_good(users({"add", "victim", "--email", "victim@example.org", "--no-password"}));
    for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
             {"add", evil, "--email", "a@example.org", "--group", evil},
             {"add", "b", "--email", "\"x'); DROP TABLE postern.accounts; --\"@example.org"},
             {"passwd", evil},
             {"alias", "victim", "\"'; DROP TABLE postern.accounts; --\"@example.org"},
             {"group", evil, "add", "victim"},
             {"delegate", evil, "--act-as", evil},
             {"app-password", "victim", "add", "--label", evil},
             {"app-password", "victim", "revoke", evil},
             {"list", evil},
             {"show", evil},
             {"disable", evil},
             {"remove", evil}}) {
        const auto done = users(arguments, "x\n");
        EXPECT_THAT(done.errors, Not(HasSubstr("the database says"))) << arguments.front();
    }
    EXPECT_EQ(server->sql("SELECT name FROM postern.accounts WHERE name = 'victim'"), "victim\n");
    const auto csv = file("evil.csv", fmt::format("login,password,groups\n\"{}\",{},\"{}\"\n", evil,
                                                  "\"" + std::string(some_hash) + "\"", evil));
    expect_good(users({"import", "--from", "csv", csv}));
    EXPECT_EQ(server->sql("SELECT count(*) FROM postern.accounts WHERE name LIKE 'x''%'"), "1\n");
}

TEST_F(Users, AreImportedFromCsvAndExportedTheSame) {
    const auto csv =
        file("accounts.csv",
             fmt::format("login,password,emails,groups,status\r\n"
                         "jane,\"{0}\",jane@example.org;j@example.org,sales;it,active\r\n"
                         "joe@example.org,,joe@example.org,,disabled\r\n",
                         some_hash));
    const auto planned = users({"import", "--from", "csv", csv, "--dry-run"});
    expect_good(planned);
    EXPECT_THAT(planned.output, HasSubstr("added    jane\n"));
    EXPECT_EQ(server->sql("SELECT count(*) FROM postern.accounts"), "0\n");
    EXPECT_THAT(users({"import", "--from", "csv", csv}).output, HasSubstr("added 2, changed 0"));
    EXPECT_THAT(users({"import", "--from", "csv", csv}).output, HasSubstr("changed 0, same 2"));
    const auto exported = users({"export", "--to", "csv", "--with-secrets"});
    EXPECT_THAT(users({"import", "--from", "csv", file("again.csv", exported.output)}).output,
                HasSubstr("same 2"));
    EXPECT_THAT(users({"export", "--to", "json"}).output, Not(HasSubstr("argon2")));
}

TEST_F(Users, AreImportedFromLdifAndPasswd) {
    const auto ldif =
        file("people.ldif", fmt::format(R"(version: 1
# a comment
 that goes on
dn: ou=people,dc=example,dc=org
ou: people

dn: uid=jane,ou=people,dc=example,dc=org
uid: jane
mailAlias: j.doe@exam
 ple.org
mail: jane@example.org
userPassword:: {}
)",
                                        "e0FSR09OMklEfSRhcmdvbjJpZCR2PTE5JG09MTk0NTYsdD0y"
                                        "LHA9MSRjMjl0WlhOaGJIUnpiMjFsYzJGc2RBJEFBQUFBQUFB"
                                        "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="));
    const auto from_ldif = users({"import", "--from", "ldif", ldif});
    EXPECT_THAT(from_ldif.output, HasSubstr("added 1,")) << from_ldif.errors;
    EXPECT_EQ(server->sql("SELECT * FROM postern.account_addresses('jane')"),
              "jane@example.org\nj.doe@example.org\n");
    EXPECT_THAT(server->sql("SELECT secret FROM postern.login_secrets('jane')"),
                HasSubstr("{ARGON2ID}$argon2id$"));
    const auto passwd = file("users", fmt::format("# users\njoe@example.org:{}:1000:1000::/:\n"
                                                  "daemon:*:19000:0:99999:7:::\n",
                                                  some_hash));
    EXPECT_THAT(users({"import", "--from", "passwd", passwd}).output, HasSubstr("added 2,"));
    EXPECT_EQ(users({"import", "--from", "ldap", passwd}).status, 64);
}

TEST_F(Users, AreRefusedWithTheLineOfABadFile) {
    expect_good(users({"add", "jane", "--email", "jane@example.org", "--no-password"}));
    const auto csv = file("bad.csv", fmt::format("login,password,emails,status\n"
                                                 "a,secret,a@example.org,\n"
                                                 "b,,not an address,\n"
                                                 "c,,jane@example.org,\n"
                                                 "d,\"{0}\",d@example.org,\n"
                                                 "D,,,\n"
                                                 "e,,d@example.org,\n"
                                                 "f,,,gone\n"
                                                 "g,{{NOSUCH}}x,,\n"
                                                 "h,,\n"
                                                 "i,\"open,,\n",
                                                 some_hash));
    const auto done = users({"import", "--from", "csv", csv});
    EXPECT_EQ(done.status, 1);
    EXPECT_THAT(done.output, HasSubstr("added 1, changed 0, same 0, refused 9"));
    for (const std::string& complaint : std::vector<std::string>{
             ":2: the password is clear text", ":3: \"not an address\" is no mail address",
             ":4: jane@example.org belongs to jane", ":6: d is in " + csv + ":5 already",
             ":7: d@example.org is in " + csv + ":5 already", ":8: the status",
             ":9: the password hash", ":10: this line has not as many columns",
             ":11: the line is too long, or a quote"})
        EXPECT_THAT(done.errors, HasSubstr(csv + complaint));
    EXPECT_THAT(done.errors, Not(HasSubstr("secret")));
    const auto headless = file("headless.csv", "jane,secret\n");
    EXPECT_EQ(users({"import", "--from", "csv", headless}).status, 1);
    EXPECT_EQ(users({"import", "--from", "csv", "/nonexistent"}).status, 64);
}

TEST_F(Users, ComeInClearTextOnlyWhenAsked) {
    const auto csv = file("clear.csv", "login,password\njane,s3cret\njoe,{PLAIN}other\n");
    EXPECT_EQ(users({"import", "--from", "csv", csv}).status, 1);
    const auto done = users({"import", "--from", "csv", csv, "--clear-text"});
    EXPECT_THAT(done.output, HasSubstr("added 2,"));
    EXPECT_THAT(done.errors, HasSubstr("2 passwords in clear text to hash: about"));
    EXPECT_THAT(users({"import", "--from", "csv", csv, "--clear-text"}).output,
                HasSubstr("same 2"));
}

TEST_F(Users, AreManyWithoutPatience) {
    std::string csv = "login,password,emails\n";
    for (int i = 0; i < 20000; ++i)
        csv += fmt::format("user{0},\"{1}\",user{0}@example.org\n", i, some_hash);
    const auto many = file("many.csv", csv);
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_THAT(users({"import", "--from", "csv", many}).output, HasSubstr("added 20000,"));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(60));
    EXPECT_THAT(users({"list", "user19999@"}).output, HasSubstr("user19999 "));
}

TEST_F(Users, NeedTheRightPasswordAndAServer) {
    auto wrong = values();
    wrong["password"] = "guess";
    const auto refused = Installation(settings, wrong).command({"users", "list"});
    EXPECT_EQ(refused.status, 78);
    EXPECT_THAT(refused.errors, HasSubstr("does not let us in"));
    EXPECT_THAT(refused.errors, Not(HasSubstr("guess")));
    server->stop();
    EXPECT_EQ(users({"list"}).status, 75);
    EXPECT_EQ(installation_.command({"migrate"}).status, 75);
    server->start();
    // helpdesk may administer accounts, not the schema.
    server->sql("CREATE DATABASE other", "postgres");
    Installation elsewhere(
        settings, {{"url", server->url("postgres", "", "other")}, {"password", "let me in"}});
    EXPECT_EQ(elsewhere.command({"migrate"}).status, 1);
    const auto unprepared = elsewhere.command({"users", "list"});
    EXPECT_EQ(unprepared.status, 1);
    EXPECT_THAT(unprepared.errors, HasSubstr("postern migrate"));
}

TEST_F(Users, AreWrittenElsewhereForOtherDirectories) {
    Installation memory("[directory.people]\ntype = \"memory\"\n");
    const auto refused = memory.command({"users", "list", "--directory", "people"});
    EXPECT_EQ(refused.status, 64);
    EXPECT_THAT(refused.errors, HasSubstr("written elsewhere"));
}

TEST_F(Users, AreMigratedToOnceByTwoAtATime) {
    server->sql("CREATE DATABASE twice", "postgres");
    Installation dba("[directory.sql]\ntype = \"postgresql\"\nurl = \"${url}\"\n",
                     {{"url", server->url("postgres", "", "twice")}});
    EXPECT_THAT(dba.command({"migrate", "--status"}).output, HasSubstr("pending"));
    EXPECT_THAT(dba.command({"migrate", "--dry-run"}).output, HasSubstr("would apply  0001"));
    std::vector<Finished> finished(2);
    {
        std::thread other([&] { finished[0] = dba.command({"migrate"}); });
        finished[1] = dba.command({"migrate"});
        other.join();
    }
    for (const auto& each : finished)
        expect_good(each);
    EXPECT_THAT(finished[0].output + finished[1].output, HasSubstr("nothing to do"));
    EXPECT_THAT(dba.command({"migrate", "--status"}).output, Not(HasSubstr("pending")));
    EXPECT_EQ(dba.command({"migrate", "--to", "99"}).status, 1);
}

}  // namespace
}  // namespace postern::test
