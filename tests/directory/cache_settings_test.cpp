#include "directory/cache_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::directory {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct Read {
    std::optional<CacheSettings> settings;
    std::string problems;
};

// Of the section [remote.mail], in whose fourth line `lines` begin.
Read read(const std::string& lines) {
    auto document = config::Document::parse("[remote.mail]\n\n\n" + lines, "t");
    auto section = document.root().table("remote").table("mail");
    Read result{read_cache_settings(section), ""};
    document.report_unknown_keys();
    for (const auto& problem : document.problems())
        result.problems += problem.text() + "\n";
    return result;
}

TEST(CacheSettings, NothingIsRememberedWithoutTheTable) {
    const auto [settings, problems] = read("");
    EXPECT_FALSE(settings);
    EXPECT_EQ(problems, "");
}

TEST(CacheSettings, EachKeyHasItsMeaning) {
    const auto [settings, problems] =
        read("[remote.mail.cache]\nentries = 1000\nttl = {positive = \"1d\", negative = \"1h\"}\n");
    EXPECT_EQ(problems, "");
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->entries, 1000U);
    EXPECT_EQ(settings->positive, 24h);
    EXPECT_EQ(settings->negative, 1h);
}

TEST(CacheSettings, WhatIsNotSaidHasADefault) {
    const auto [settings, problems] = read("cache = {}\n");
    EXPECT_EQ(problems, "");
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->entries, 10'000U);
    EXPECT_EQ(settings->positive, 1h);
    EXPECT_EQ(settings->negative, 1min);
    EXPECT_EQ(read("cache.ttl.negative = 0\n").settings.value().negative, 0ms) << "needs no unit";
}

TEST(CacheSettings, MistakesSayWhereAndWhatWouldBeRight) {
    const std::pair<std::string, std::string> cases[] = {
        {"cache = 1000\n", "t:4:9: remote.mail.cache is the number 1000; a section [remote.mail."},
        {"cache.entries = -1\n",
         "t:4:17: remote.mail.cache.entries is the number -1; a whole "
         "number from 0 to 100000000 was expected"},
        {"cache.entries = \"many\"\n", "t:4:17: remote.mail.cache.entries is the text \"many\""},
        {"cache.entries = 100000001\n", "from 0 to 100000000"},
        {"cache.entires = 1\n",
         "t:4:7: unknown key \"entires\" in remote.mail.cache; did you "
         "mean \"entries\"?"},
        {"cache.ttl = \"1h\"\n", "t:4:13: remote.mail.cache.ttl is the text \"1h\"; a section"},
        {"cache.ttl.positive = 5\n",
         "t:4:22: remote.mail.cache.ttl.positive is the number 5; a "
         "duration needs a unit: \"5s\""},
        {"cache.ttl.positive = \"2y\"\n", "t:4:22: remote.mail.cache.ttl.positive is the text"},
        {"cache.ttl.negative = \"400d\"\n", "a duration from 0ms to 365d was expected"},
        {"cache.ttl = { negativ = \"1h\" }\n", "did you mean \"negative\"?"},
    };
    for (const auto& [lines, problem] : cases)
        EXPECT_THAT(read(lines).problems, HasSubstr(problem)) << lines;
}

}  // namespace
}  // namespace postern::directory
