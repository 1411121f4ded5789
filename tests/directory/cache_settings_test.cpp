// docs/cache.md is the reference of these settings: its table has every key that is read, with the
// default that holds, and no other.
#include "directory/cache_settings.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "directory/stack.hpp"
#include "support/settings_reference.hpp"

namespace postern::directory {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Read {
    ServiceSettings settings;
    std::vector<std::string> problems;
};

Read read(std::string_view lines) {
    auto document =
        config::Document::parse(fmt::format("[directory.x]\ntype = \"x\"\n{}", lines), "test.toml");
    auto section = document.root().table("directory").table("x");
    Read result{read_backend_settings(section), {}};
    document.report_unknown_keys();
    for (const auto& problem : document.problems())
        result.problems.push_back(problem.text());
    return result;
}

std::string in_words(const ServiceSettings& settings) {
    const auto& [store, redis, watch, check] = settings.cache.value();
    const auto& guard = settings.layers.guard.value();
    return fmt::format("{} {} {} {} {} {} \"{}\" {} {} {} {} {}", store.entries, store.bytes,
                       store.rules.positive.count(), store.rules.negative.count(),
                       store.rules.stale.count(), store.local.count(), redis, watch, check,
                       guard.failures, guard.total, guard.quiet.count());
}

TEST(CacheSettings, ThePageIsWhatIsRead) {
    const test::SettingsReference reference("cache.md");
    const auto problems = [](const std::string& lines) { return read(lines).problems; };
    EXPECT_THAT(reference.unread(problems), IsEmpty());
    EXPECT_THAT(reference.missing(problems, {"cache.", "cache.ttl.", "lockout-guard."}), IsEmpty());
    std::string lines;
    for (const auto& [key, fallback] : reference.rows())
        if (!fallback.empty()) lines += fmt::format("{} = {}\n", key, fallback);
    const auto with = read(lines), without = read("cache = {}\nlockout-guard = {}\n");
    EXPECT_THAT(with.problems, IsEmpty());
    EXPECT_EQ(in_words(with.settings), in_words(without.settings));
}

TEST(CacheSettings, WithoutTheTablesNothingIsRemembered) {
    const auto none = read("");
    EXPECT_FALSE(none.settings.cache);
    EXPECT_FALSE(none.settings.layers.guard);
}

TEST(CacheSettings, EveryKeyIsRead) {
    const auto given = read(
        "cache = { entries = 5, size = \"1m\", local = \"1s\", redis = \"shared\", watch = true, "
        "check = \"attribute\", "
        "ttl = { positive = "
        "\"2h\", negative = \"2m\", stale = \"3h\" } }\n"
        "lockout-guard = { failures = 2, total = 7, quiet = \"1h\" }\n");
    EXPECT_THAT(given.problems, IsEmpty());
    EXPECT_EQ(in_words(given.settings),
              "5 1048576 7200000 120000 10800000 1000 \"shared\" true true 2 7 3600000");
}

TEST(CacheSettings, StaleIsLongerThanPositive) {
    EXPECT_THAT(read("cache.ttl = { positive = \"2h\", stale = \"1h\" }\n").problems,
                ElementsAre(HasSubstr("test.toml:3:")));
}

}  // namespace
}  // namespace postern::directory
