// docs/limits.md is the reference of these settings: its table has every key that is read, with the
// default that holds, and no other.
#include "session/auth_limit_settings.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/settings_reference.hpp"

namespace postern::session {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

struct Read {
    AuthLimitSettings settings;
    std::vector<std::string> problems;
};

Read read(std::string_view lines) {
    auto document =
        config::Document::parse(fmt::format("[session.auth.limits]\n{}", lines), "test.toml");
    auto root = document.root();
    Read result{read_auth_limit_settings(root.table("session").table("auth").table("limits")), {}};
    document.report_unknown_keys();
    for (const auto& problem : document.problems())
        result.problems.push_back(problem.text());
    return result;
}

std::string in_words(const AuthLimitSettings& settings) {
    return fmt::format("{} {} {} {} {} \"{}\"", settings.limit(LimitKind::network),
                       settings.limit(LimitKind::login), settings.limit(LimitKind::pair),
                       settings.window.count(), settings.trusted.size(), settings.redis);
}

TEST(AuthLimitSettings, ThePageIsWhatIsRead) {
    const test::SettingsReference reference("limits.md");
    const auto problems = [](const std::string& lines) { return read(lines).problems; };
    EXPECT_THAT(reference.unread(problems), IsEmpty());
    EXPECT_THAT(reference.missing(problems, {""}), IsEmpty());
    std::string lines;
    for (const auto& [key, fallback] : reference.rows())
        if (!fallback.empty()) lines += fmt::format("{} = {}\n", key, fallback);
    const auto with = read(lines), without = read("");
    EXPECT_THAT(with.problems, IsEmpty());
    EXPECT_EQ(in_words(with.settings), in_words(without.settings));
}

TEST(AuthLimitSettings, WithoutThemNothingIsLimited) {
    EXPECT_FALSE(read("").settings.any());
    EXPECT_FALSE(read("trusted = \"10.0.0.0/8\"\nwindow = \"1h\"\n").settings.any());
    EXPECT_TRUE(read("pair = 1\n").settings.any());
}

TEST(AuthLimitSettings, EveryKeyIsRead) {
    const auto [settings, problems] = read(
        "network = 100\nlogin = 50\npair = 10\nwindow = \"1m\"\nredis = \"shared\"\n"
        "trusted = [\"10.0.0.0/8\", \"2001:db8::/32\", \"192.0.2.1\"]\n");
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_EQ(in_words(settings), "100 50 10 60000 3 \"shared\"");
    for (const char* trusted : {"10.1.2.3", "::ffff:10.1.2.3", "2001:db8:1::1", "192.0.2.1"})
        EXPECT_TRUE(settings.trusts(trusted)) << trusted;
    for (const char* stranger : {"11.0.0.1", "2001:db9::1", "192.0.2.2", "::a00:1", ""})
        EXPECT_FALSE(settings.trusts(stranger)) << stranger;
}

TEST(AuthLimitSettings, MistakesNameTheirPlaceAndWhatWouldBeRight) {
    const std::pair<const char*, const char*> cases[] = {
        {"trusted = [\"10.0.0.0/33\"]",
         "test.toml:2:11: \"10.0.0.0/33\" is no network; \"10.0.0.0/8\", \"2001:db8::/32\" or one "
         "address"},
        {"trusted = [\"localhost\"]",
         "test.toml:2:11: \"localhost\" is no network; \"10.0.0.0/8\", \"2001:db8::/32\" or one "
         "address"},
        {"logins = 5",
         "test.toml:2:1: unknown key \"logins\" in session.auth.limits; did you mean \"login\"?"},
    };
    for (const auto& [line, problem] : cases)
        EXPECT_THAT(read(line).problems, ElementsAre(problem)) << line;
    for (const char* line : {"network = -1", "pair = \"ten\"", "window = \"1ms\"", "window = 5"})
        EXPECT_THAT(read(line).problems, ElementsAre(testing::StartsWith("test.toml:2:"))) << line;
}

}  // namespace
}  // namespace postern::session
