#include "observe/log_line.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <random>

#include "observe/events.hpp"

namespace postern::observe {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr std::chrono::system_clock::time_point a_time{1'795'000'000'123ms};

std::string in_json(std::string_view value) {
    std::string text;
    append_json_text(text, value);
    return text;
}

TEST(LogLine, TextHasItsFixedFieldsFirst) {
    EXPECT_EQ(text_line(a_time, events::auth_rejected, {"abc", "192.0.2.1"}, {{"login", "j"}}),
              "2026-11-18T11:06:40.123Z auth.rejected abc 192.0.2.1 login=\"j\"");
    EXPECT_EQ(text_line(a_time, events::server_stopped, {}, {{"left-behind", 3}}),
              "2026-11-18T11:06:40.123Z server.stopped - - left-behind=\"3\"");
}

TEST(LogLine, JsonHasTheSameFieldsAndNumbersAreNumbers) {
    EXPECT_EQ(json_line(a_time, events::auth_rejected, {"abc", "192.0.2.1"},
                        {{"login", "j"}, {"milliseconds", 7}}),
              R"({"time":"2026-11-18T11:06:40.123Z","event":"auth.rejected","level":"warning",)"
              R"("session":"abc","client":"192.0.2.1","login":"j","milliseconds":7})");
    EXPECT_EQ(json_line(a_time, events::server_stopped, {}, {}),
              R"({"time":"2026-11-18T11:06:40.123Z","event":"server.stopped","level":"info"})");
}

TEST(LogLine, JsonTextIsAsciiAndSaysWhatWasNoUtf8) {
    struct Case {
        std::string value, expected;
    };
    const Case cases[] = {
        {"plain text", R"("plain text")"},
        {R"(","event":"auth.accepted)", R"("\",\"event\":\"auth.accepted")"},
        {"back\\slash", R"("back\\slash")"},
        {"a\r\nb\t\x1b[31m", R"("a\u000d\u000ab\u0009\u001b[31m")"},
        {std::string("n\0l", 3), R"("n\u0000l")"},
        {"\x7f", R"("\u007f")"},
        {"gr\xc3\xbc\xc3\x9f", R"("gr\u00fc\u00df")"},
        {"\xf0\x9f\x90\x9f", R"("\ud83d\udc1f")"},
        {"\xc3", R"("\\xC3")"},
        {"\xc0\x80", R"("\\xC0\\x80")"},                    // not the shortest form
        {"\xed\xa0\x80", R"("\\xED\\xA0\\x80")"},           // a surrogate
        {"\xf4\x90\x80\x80", R"("\\xF4\\x90\\x80\\x80")"},  // beyond Unicode
        {"\xe2\x82x", R"("\\xE2\\x82x")"},
        {std::string(127, 'x') + "\xc3\xbc", "\"" + std::string(127, 'x') + "\\\\xC3\""},
        {"", R"("")"},
    };
    for (const auto& each : cases)
        EXPECT_EQ(in_json(each.value), each.expected);
}

TEST(LogLine, WhateverAValueHoldsItIsOneLineOfAsciiAndOneObject) {
    constexpr std::string_view hostile = "\"\\\r\n{}:,=[] \xc3\xbc\xed\xa0";
    std::mt19937 random(20261121);
    for (int round = 0; round < 5'000; ++round) {
        std::string value(random() % 160, '\0');
        for (auto& octet : value)
            octet = random() % 3 == 0 ? hostile[random() % hostile.size()]
                                      : static_cast<char>(random());
        const std::initializer_list<Field> fields = {{"login", value}, {"count", 3}};
        const Subject subject{"abc", "192.0.2.1"};
        for (const auto& line : {text_line(a_time, events::auth_rejected, subject, fields),
                                 json_line(a_time, events::auth_rejected, subject, fields)})
            for (const char each : line)
                ASSERT_TRUE(each >= 0x20 && each < 0x7f) << line;
        const auto object =
            json::parse(json_line(a_time, events::auth_rejected, subject, fields)).as_object();
        ASSERT_EQ(object.size(), 7U);
        ASSERT_EQ(object.at("event").as_string(), "auth.rejected");
        ASSERT_EQ(object.at("client").as_string(), "192.0.2.1");
        ASSERT_EQ(object.at("count").as_int64(), 3);
    }
}

}  // namespace
}  // namespace postern::observe
