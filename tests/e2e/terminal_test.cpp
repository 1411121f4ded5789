// What people see and type at a terminal: passwords that are typed twice and not shown, and how far
// an import has come.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "support/eventually.hpp"
#include "support/gateway.hpp"
#include "support/postgresql.hpp"
#include "support/slapd.hpp"
#include "support/terminal.hpp"

namespace postern::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// `postern` with a terminal on all its streams.
class AtTerminal {
 public:
    explicit AtTerminal(Command command) : process_(at(std::move(command), terminal_.path())) {}

    // Answers a prompt, which shows nothing of it.
    void answer(std::string_view prompt, const std::string& password) {
        ASSERT_TRUE(terminal_.shows(prompt)) << terminal_.screen();
        ASSERT_TRUE(eventually([&] { return !terminal_.echoes(); })) << prompt;
        terminal_.type(password + "\n");
    }
    int status() { return process_.wait(Process::Seconds(60)).value_or(-1); }
    Terminal& terminal() { return terminal_; }
    Process& process() { return process_; }

 private:
    static Command at(Command command, const std::string& terminal) {
        command.terminal = terminal;
        return command;
    }
    Terminal terminal_;
    Process process_;
};

Command hash_command() {
    return {.arguments = {postern_program(), "hash"}};
}

TEST(PasswordPrompt, AsksTwiceAndShowsNothing) {
    AtTerminal hash(hash_command());
    hash.answer("New password: ", "s3cret");
    hash.answer("Once more: ", "s3cret");
    EXPECT_EQ(hash.status(), 0);
    EXPECT_TRUE(hash.terminal().shows("{ARGON2ID}$argon2id$"));
    EXPECT_THAT(hash.terminal().screen(), Not(HasSubstr("s3cret")));
    EXPECT_TRUE(hash.terminal().echoes()) << "as it was";
}

TEST(PasswordPrompt, RefusesTwoThatDiffer) {
    AtTerminal hash(hash_command());
    hash.answer("New password: ", "s3cret");
    hash.answer("Once more: ", "s3crte");
    EXPECT_EQ(hash.status(), 64);
    EXPECT_TRUE(hash.terminal().shows("these are two different passwords"));
    EXPECT_THAT(hash.terminal().screen(), Not(HasSubstr("ARGON2ID")));
}

TEST(PasswordPrompt, RefusesAnEmptyOne) {
    AtTerminal hash(hash_command());
    hash.answer("New password: ", "");
    EXPECT_EQ(hash.status(), 64);
    EXPECT_TRUE(hash.terminal().shows("there is no password"));
}

TEST(PasswordPrompt, LeavesTheTerminalAsItWasWhenItIsInterrupted) {
    AtTerminal hash(hash_command());
    ASSERT_TRUE(hash.terminal().shows("New password: "));
    ASSERT_TRUE(eventually([&] { return !hash.terminal().echoes(); }));
    hash.process().signal(SIGINT);
    EXPECT_EQ(hash.status(), 128 + SIGINT);
    EXPECT_TRUE(hash.terminal().echoes());
}

TEST(PasswordPrompt, ChecksWithOne) {
    AtTerminal hash({.arguments = {postern_program(), "hash", "--verify",
                                   "{SSHA}LhKrkM9Fy+zlstjdD7Kv2s6QvhBzYWx0"}});
    hash.answer("Password: ", "correct horse");
    EXPECT_EQ(hash.status(), 0);
    EXPECT_TRUE(hash.terminal().shows("the password fits"));
}

class Administering : public ::testing::Test {
 protected:
    Administering() {
        const auto migrated = installation_.command({"migrate", "--directory", "new"});
        EXPECT_EQ(migrated.status, 0) << migrated.errors;
    }
    AtTerminal users(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), "users");
        return AtTerminal(installation_.command_line(std::move(arguments)));
    }

    Slapd slapd_{{.people = 1200,
                  .settings = "limits dn.children=ou=services,dc=example,dc=org "
                              "size.prtotal=unlimited\n"}};
    Postgresql server_;
    Installation installation_{R"toml([directory.new]
type = "postgresql"
url = "${new}"
[directory.old]
type = "ldap"
url = "${ldap}"
base-dn = "ou=crowd,dc=example,dc=org"
bind = { dn = "cn=postern,ou=services,dc=example,dc=org", secret = "service secret", auth.method = "lookup" }
filter.name = "(&(objectClass=inetOrgPerson)(uid=?))"
)toml",
                               {{"new", server_.url()}, {"ldap", slapd_.url()}}};
};

TEST_F(Administering, AsksForThePasswordOfANewAccount) {
    auto add = users({"add", "jane", "--email", "jane@example.org"});
    add.answer("New password: ", "s3cret");
    add.answer("Once more: ", "s3cret");
    EXPECT_EQ(add.status(), 0) << add.terminal().screen();
    EXPECT_TRUE(add.terminal().shows("added jane"));
    EXPECT_THAT(add.terminal().screen(), Not(HasSubstr("s3cret")));

    auto change = users({"passwd", "jane"});
    change.answer("New password: ", "another");
    change.answer("Once more: ", "misspelt");
    EXPECT_EQ(change.status(), 64);
}

TEST_F(Administering, ShowsHowFarAnImportHasCome) {
    std::string csv = "login\n";
    for (int i = 0; i < 1200; ++i)
        csv += fmt::format("somebody{:04}\n", i);
    csv += "no@address@\n";
    const auto path = installation_.directory() / "accounts.csv";
    write_file(path, csv);
    auto file = users({"import", "--from", "csv", path.string()});
    EXPECT_EQ(file.status(), 1);
    for (const auto* line : {"#] 100 %", "added 1200, changed 0, same 0, refused 1"})
        EXPECT_TRUE(file.terminal().shows(line)) << file.terminal().screen();
    EXPECT_THAT(file.terminal().screen(), HasSubstr("\r[####")) << file.terminal().screen();

    auto live = users({"import", "--from", "ldap"});
    EXPECT_EQ(live.status(), 0);
    for (const auto* line :
         {"\r500 accounts", "\r1000 accounts", "\r1200 accounts\r\n", "added 1200, changed 0"})
        EXPECT_TRUE(live.terminal().shows(line)) << live.terminal().screen();
}

}  // namespace
}  // namespace postern::test
