#include "cache/redis_settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/settings_reference.hpp"

namespace postern::cache {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Read {
    std::shared_ptr<const RedisSettings> settings;
    std::vector<std::string> problems;
};

Read read(const std::string& lines) {
    auto document = config::Document::parse("[redis.shared]\n" + lines, "t");
    auto section = document.root().table("redis").table("shared");
    Read result{read_redis_settings(section), {}};
    document.report_unknown_keys();
    for (const auto& problem : document.problems())
        result.problems.push_back(problem.text());
    return result;
}

const std::string least = "url = \"redis://redis.internal\"\n";

// Whatever a setting may change.
std::string in_words(const RedisSettings& settings) {
    std::vector<std::string> servers;
    for (const auto& address : settings.addresses)
        servers.push_back(address.text());
    if (settings.sentinel)
        for (const auto& address : settings.sentinel->addresses)
            servers.push_back("sentinel " + address.text());
    return fmt::format("{} tls={} name={} {}:{} db={} prefix={} {}ms {}ms cluster={} {} {}",
                       fmt::join(servers, ","), settings.tls != nullptr, settings.tls_name,
                       settings.account.user, settings.account.password.reveal(), settings.database,
                       settings.key_prefix, settings.timeout.count(),
                       settings.connect_timeout.count(), settings.cluster, settings.reply_size,
                       settings.pipeline);
}

std::string good(const std::string& lines) {
    const auto [settings, problems] = read(lines);
    EXPECT_THAT(problems, IsEmpty()) << lines;
    return settings ? in_words(*settings) : "nothing";
}

TEST(RedisSettings, TheLeastIsAnUrl) {
    EXPECT_EQ(good(least),
              "redis.internal:6379 tls=false name= : db=0 prefix= 50ms 1000ms cluster=false "
              "1048576 10000");
}

TEST(RedisSettings, TheAccountMayStandInTheUrlOrBesideIt) {
    EXPECT_THAT(good("url = \"redis://u:p@h/4\"\n"), HasSubstr(" u:p db=4 "));
    EXPECT_THAT(good(least + "user = \"u\"\npassword = \"p\"\ndatabase = 4\n"),
                HasSubstr(" u:p db=4 "));
    EXPECT_THAT(good(least + "password = \"p\"\n"), HasSubstr(" :p db=0 "));
}

TEST(RedisSettings, ThereMayBeSeveralServers) {
    EXPECT_THAT(good("url = [\"redis://a\", \"redis://b:1\"]\ncluster = true\n"),
                HasSubstr("a:6379,b:1 "));
    EXPECT_THAT(good("sentinel = { addresses = [\"a\", \"b:1\"], password = \"s\" }\n"),
                HasSubstr("sentinel a:26379,sentinel b:1 "));
}

TEST(RedisSettings, TlsComesWithTheUrlOrByItself) {
    EXPECT_THAT(good("url = \"rediss://h\"\ntls.name = \"n\"\n"), HasSubstr("tls=true name=n"));
    EXPECT_THAT(good("sentinel.addresses = \"a\"\ntls.enable = true\n"), HasSubstr("tls=true"));
}

TEST(RedisSettings, MistakesSayWhatWouldBeRight) {
    const std::pair<std::string, std::string> cases[] = {
        {"", "t:1:1: it is not said which server to ask; url = \"redis://redis.internal:6379/0\""},
        {"url = \"redis.internal\"\n", "t:2:7: this is no URL of a Redis: it does not begin with"},
        {"url = [\"redis://a\", \"rediss://b\"]\n", "the URLs differ in more than host and port"},
        {"url = [\"redis://:x@a\", \"redis://:y@b\"]\n", "the URLs differ in more than host"},
        {"url = \"redis://:hunter2@h\"\npassword = \"hunter2\"\n", "t:3:12: the URL has a user"},
        {least + "user = \"u\"\n", "t:3:8: a user without a password cannot log in; password = "},
        {"url = \"redis://h/1\"\ndatabase = 2\n", "t:3:12: the URL has another database"},
        {least + "cluster = true\ndatabase = 1\n", "t:4:12: a cluster has no databases but 0"},
        {"url = \"redis://h/1\"\ncluster = true\n", "t:2:7: a cluster has no databases but 0"},
        {least + "tls.ca = \"/x.pem\"\n", "t:3:10: there is no TLS that it could be about; rediss"},
        {"url = \"rediss://h\"\ntls.enable = false\n", "the URL says rediss://"},
        {"url = \"rediss://h\"\ntls.ca = \"/nowhere.pem\"\n", "/nowhere.pem"},
        {least + "sentinel.addresses = \"a\"\n", "t:2:7: the sentinels know where the master is"},
        {"sentinel.master = \"m\"\n", "it is not said which sentinels to ask"},
        {"sentinel.addresses = \"a b\"\n", "\"a b\" is no address of a sentinel"},
        {"sentinel.addresses = \"a\"\ncluster = true\n", "sentinels know of no cluster"},
        {least + "timeout = \"0ms\"\n", "t:3:11: "},
        {least + "reply-size = \"1k\"\n", "t:3:14: "},
        {least + "pipelin = 1\n", "t:3:1: unknown key"},
    };
    for (const auto& [lines, expected] : cases) {
        const auto problems = fmt::format("{}", fmt::join(read(lines).problems, "\n"));
        EXPECT_THAT(problems, HasSubstr(expected)) << lines;
        EXPECT_THAT(problems, Not(HasSubstr("hunter2"))) << lines;
    }
}

const test::SettingsReference reference("redis.md");

std::vector<std::string> problems(const std::string& lines) {
    return read(lines).problems;
}

TEST(RedisDocumentation, ItsTableIsWhatIsRead) {
    EXPECT_THAT(reference.unread(problems), IsEmpty());
    EXPECT_THAT(reference.missing(problems, {"", "tls.", "sentinel."}), IsEmpty());
}

TEST(RedisDocumentation, ItsDefaultsHold) {
    std::string lines;
    for (const auto& [key, fallback] : reference.rows())
        if (!fallback.empty() && !key.starts_with("sentinel."))
            lines += fmt::format("{} = {}\n", key, fallback);
    EXPECT_EQ(good(least + lines), good(least));
    const std::string by_sentinel = "sentinel.addresses = \"a\"\n";
    for (const auto& [key, fallback] : reference.rows())
        if (key == "sentinel.master") {
            const auto with = read(by_sentinel + fmt::format("{} = {}\n", key, fallback));
            ASSERT_TRUE(with.settings);
            EXPECT_EQ(with.settings->sentinel->master,
                      read(by_sentinel).settings->sentinel->master);
        }
}

}  // namespace
}  // namespace postern::cache
