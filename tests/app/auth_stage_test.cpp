// Two complete AUTH stages as they stand in Stalwart's settings, today's and the first ones: they
// load, and they do what they say.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "app/house.hpp"
#include "session/facts.hpp"
#include "support/temporary_directory.hpp"

namespace postern::app {
namespace {

class AuthStage : public testing::Test {
 protected:
    // Builds tests/config/fixtures/<name>.toml with what its <name>-site.toml adds.
    void load(const std::string& name) {
        const std::string fixtures = POSTERN_SOURCE_DIR "/tests/config/fixtures/";
        const std::string plugins = testing::TempDir() + "postern-auth-stage-plugins.toml";
        std::ofstream(plugins) << "server.plugins = \"" << backends << "\"\n";
        auto document = config::Document::load(
            {fixtures + name + ".toml", fixtures + name + "-site.toml", plugins});
        generation = Generation::build(document, house.foundation());
        for (const auto& problem : document.problems())
            problems += problem.text() + "\n";
    }

    const session::AuthSettings& auth() const { return generation->environment->settings.auth; }

    House house;
    std::string backends = POSTERN_BINARY_DIR "/lib/postern/backends";
    std::unique_ptr<Generation> generation;
    std::string problems;
};

session::Facts facts(const char* listener, std::uint16_t port, bool is_tls) {
    session::Facts facts;
    facts.listener = listener;
    facts.local_port = port;
    facts.is_tls = is_tls;
    return facts;
}

struct Case {
    const char* listener;
    std::uint16_t local_port;
    bool is_tls;
    std::vector<std::string> mechanisms;
    const char* directory;
    bool require;
};

void expect(const session::AuthSettings& auth, const Case& each) {
    const auto who = facts(each.listener, each.local_port, each.is_tls);
    const std::string name =
        each.listener + std::to_string(each.local_port) + (each.is_tls ? " TLS" : "");
    EXPECT_EQ(auth.mechanisms.texts(who), each.mechanisms) << name;
    EXPECT_EQ(auth.directory.text(who), each.directory) << name;
    EXPECT_EQ(auth.require.boolean(who), each.require) << name;
    EXPECT_EQ(auth.errors_total.integer(who), 3) << name;
    EXPECT_EQ(auth.errors_wait.duration(who), std::chrono::seconds(5)) << name;
    EXPECT_FALSE(auth.allow_plain_text.boolean(who)) << name;
    EXPECT_TRUE(auth.must_match_sender.boolean(who)) << name;
}

TEST_F(AuthStage, OfTodayDoesWhatItSays) {
    load("current");
    ASSERT_TRUE(generation) << problems;
    const std::vector<std::string> both{"plain", "login"}, none;
    for (const auto& each : {
             Case{"submission", 587, true, both, "ldap", true},
             Case{"submission", 587, false, none, "ldap", true},
             Case{"submissions", 465, true, both, "ldap", true},
             Case{"smtp", 25, true, none, "", false},
             Case{"smtp", 25, false, none, "", false},
             Case{"smtp", 2525, true, both, "", false},
             Case{"submission", 25, true, none, "ldap", true},
         })
        expect(auth(), each);
}

TEST_F(AuthStage, OfTheFirstDaysDoesWhatItSays) {
    load("older");
    ASSERT_TRUE(generation) << problems;
    const std::vector<std::string> both{"plain", "login"}, none;
    for (const auto& each : {
             Case{"submission", 587, true, both, "remote/imap", true},
             Case{"submission", 587, false, both, "remote/imap", true},
             Case{"submissions", 465, true, both, "remote/imap", true},
             Case{"smtp", 25, true, none, "", false},
             Case{"smtp", 25, false, none, "", false},
             Case{"Smtp", 25, false, both, "remote/imap", true},
         })
        expect(auth(), each);
}

TEST_F(AuthStage, OfTheFirstDaysAsksADirectoryWhoseLoginsAreAddresses) {
    load("older");
    ASSERT_TRUE(generation) << problems;
    const auto& directory = *generation->environment->directories.at("remote/imap");
    EXPECT_FALSE(directory.capabilities().lists_addresses);
    EXPECT_TRUE(directory.capabilities().names_are_addresses);
}

TEST_F(AuthStage, ABackendThatIsNotInstalledIsOneMistake) {
    const test::TemporaryDirectory empty;
    backends = empty.path();
    load("older");
    EXPECT_FALSE(generation);
    EXPECT_EQ(problems.find("no directory backend of type \"imap\" in " + backends),
              problems.find("older.toml:18:12: ") + 18)
        << problems;
    EXPECT_EQ(std::ranges::count(problems, '\n'), 1) << problems;
}

}  // namespace
}  // namespace postern::app
