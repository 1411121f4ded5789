#include "directory/stack.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fake_directory.hpp"
#include "support/run_task.hpp"

namespace postern::directory {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class QuietLog final : public observe::Log {};

class StackTest : public testing::Test {
 protected:
    // Builds [directory.people] and collects what is wrong with it, one "line: what; hint" each.
    std::unique_ptr<Service> build(std::string_view settings) {
        auto document = config::Document::parse(settings, "postern.toml");
        auto section = document.root().table("directory").table("people");
        auto service = make_service("people", section, {loader, hash_pool, hash_limits, {}, log});
        document.report_unknown_keys();
        problems.clear();
        for (const auto& problem : document.problems())
            problems.push_back(problem.text());
        return service;
    }

    PluginLoader loader{POSTERN_BINARY_DIR "/lib/postern/backends"};
    crypto::HashPool hash_pool{{.threads = 1}};
    crypto::HashLimits hash_limits;
    QuietLog log;
    std::vector<std::string> problems;
};

TEST_F(StackTest, BuildsWhatTheSettingsDescribe) {
    auto service = build(R"(
[directory.people]
type = "memory"
timeout = "3s"
concurrency = 5
queue = 7
[[directory.people.principals]]
name = "Jane"
secret = "correct horse"
email = ["jane@example.org"]
)");
    EXPECT_THAT(problems, testing::IsEmpty());
    ASSERT_TRUE(service);
    EXPECT_EQ(service->name(), "people");
    auto right = test::run_task(service->authenticate(test::credentials("jane", "correct horse")));
    EXPECT_EQ(std::get<identity::Accepted>(right).principal.name, "Jane");
    auto wrong = test::run_task(service->authenticate(test::credentials("jane", "battery staple")));
    EXPECT_EQ(std::get<identity::Rejected>(wrong).reason, identity::Reason::bad_credentials);
}

TEST_F(StackTest, AnOlderSectionHasKeysOfItsOwn) {
    const auto read = [&](const std::string& lines, std::string_view key = older_type_key) {
        auto document =
            config::Document::parse("[remote.mail]\nprotocol = \"imap\"\n" + lines, "t");
        auto section = document.root().table("remote").table("mail");
        auto settings = read_backend_settings(section, key);
        document.report_unknown_keys();
        problems.clear();
        for (const auto& problem : document.problems())
            problems.push_back(problem.text());
        return settings;
    };
    const auto settings = read("lookup = true\ncache = { entries = 7 }\n");
    EXPECT_THAT(problems, testing::IsEmpty());
    EXPECT_EQ(settings.type, "imap");
    EXPECT_EQ(settings.cache.value().store.entries, 7U);
    EXPECT_FALSE(read("").cache);
    EXPECT_THAT(problems, testing::IsEmpty());
    read("lookup = false\n");
    EXPECT_THAT(problems, testing::ElementsAre("t:3:10: remote.mail is not to be asked who may log "
                                               "in; lookup = true; a server that takes mail is a "
                                               "[next-hop.x]"));
    read("cache.entries = \"x\"\n");
    EXPECT_THAT(problems, testing::ElementsAre(HasSubstr("t:3:17: remote.mail.cache.entries")));
    read("lookup = true\n", type_key);
    EXPECT_THAT(problems, testing::Contains(HasSubstr("unknown key \"lookup\"")));
}

TEST_F(StackTest, ReadsTheKeysOfEveryDirectory) {
    auto document = config::Document::parse(R"(
[a]
type = "ldap"
timeout = "3s"
concurrency = 5
queue = 0
[b]
type = "ldap"
)",
                                            "postern.toml");
    auto a = document.root().table("a");
    auto given = read_service_settings(a);
    EXPECT_EQ(given.type, "ldap");
    EXPECT_EQ(given.layers.timeout, 3s);
    EXPECT_EQ(given.layers.limits.concurrency, 5u);
    EXPECT_EQ(given.layers.limits.queue, 0u);
    EXPECT_EQ(given.layers.limits.wait, 1500ms);
    auto b = document.root().table("b");
    auto defaults = read_service_settings(b);
    EXPECT_EQ(defaults.layers.timeout, 5s);
    EXPECT_EQ(defaults.layers.limits.concurrency, LimitedSettings().concurrency);
    EXPECT_EQ(defaults.layers.limits.queue, LimitedSettings().queue);
    EXPECT_THAT(document.problems(), testing::IsEmpty());
}

TEST_F(StackTest, MistakesBecomeProblems) {
    struct Case {
        const char *settings, *words;
    };
    for (const auto& [settings, words] : {
             Case{"[directory.people]\n", "type"},
             Case{"[directory.people]\ntype = \"ldpa\"\n", "postern.toml:2:"},
             Case{"[directory.people]\ntype = \"ldpa\"\n", "no directory backend of type \"ldpa\""},
             Case{"[directory.people]\ntype = \"ldpa\"\n", "memory"},
             Case{"[directory.people]\ntype = \"../x\"\n", "cannot be the type"},
             Case{"[directory.people]\ntype = \"memory\"\n", "without principals"},
             Case{"[directory.people]\ntype = \"memory\"\nconcurrency = 0\n", "concurrency"},
             Case{"[directory.people]\ntype = \"memory\"\ntimeout = \"soon\"\n", "timeout"},
             Case{"[directory.people]\ntype = \"memory\"\ntimeuot = \"5s\"\n", "timeout"},
         }) {
        build(settings);
        EXPECT_THAT(problems, testing::Contains(HasSubstr(words))) << settings;
    }
}

}  // namespace
}  // namespace postern::directory
