#include "cache/redis_slots.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cache/redis_error.hpp"

namespace postern::cache {
namespace {

RedisReply parsed(std::string_view octets) {
    RedisReplyReader reader(65536);
    reader.feed(octets);
    return reader.next().value();
}

// Of one range as CLUSTER SLOTS has it.
std::string range(int first, int last, const std::string& host, int port) {
    const auto text = host == "nil" ? "$-1\r\n" : fmt::format("${}\r\n{}\r\n", host.size(), host);
    return fmt::format("*3\r\n:{}\r\n:{}\r\n*4\r\n{}:{}\r\n$2\r\nid\r\n*0\r\n", first, last, text,
                       port);
}

std::optional<RedisSlotMap> map(const std::vector<std::string>& ranges) {
    auto octets = fmt::format("*{}\r\n", ranges.size());
    for (const auto& each : ranges)
        octets += each;
    return RedisSlotMap::parse(parsed(octets), {"asked", 1});
}

TEST(RedisSlots, TheChecksumHasItsKnownVectors) {
    EXPECT_EQ(crc16(""), 0);
    EXPECT_EQ(crc16("123456789"), 0x31c3);
    EXPECT_EQ(slot_of("foo"), 12182U);
    EXPECT_EQ(slot_of("bar"), 5061U);
    EXPECT_EQ(slot_of("somekey"), 11058U);
}

TEST(RedisSlots, ATagDecidesWhereItIsOne) {
    EXPECT_EQ(slot_of("{user1000}.following"), slot_of("user1000"));
    EXPECT_EQ(slot_of("a{user1000}b{x}"), slot_of("user1000"));
    EXPECT_EQ(slot_of("foo{{bar}}zap"), slot_of("{bar"));
    for (const std::string_view whole : {"foo{}{bar}", "foo{bar", "foo}bar{", "{}"})
        EXPECT_EQ(slot_of(whole), crc16(whole) % redis_slots) << whole;
}

TEST(RedisSlotMap, KnowsTheMasterOfASlot) {
    const auto known =
        map({range(0, 8191, "10.0.0.1", 6379), range(8192, 16382, "10.0.0.2", 7000)});
    ASSERT_TRUE(known);
    EXPECT_EQ(known->masters().size(), 2U);
    EXPECT_EQ(known->master_of(0)->text(), "10.0.0.1:6379");
    EXPECT_EQ(known->master_of(8191)->text(), "10.0.0.1:6379");
    EXPECT_EQ(known->master_of(8192)->text(), "10.0.0.2:7000");
    EXPECT_EQ(known->master_of(16383), nullptr);
    EXPECT_FALSE(known->is_complete());
    EXPECT_TRUE(map({range(0, 16383, "h", 1)})->is_complete());
}

TEST(RedisSlotMap, AServerWithoutAnAddressIsTheOneThatWasAsked) {
    for (const auto* host : {"", "nil", "?"})
        EXPECT_EQ(map({range(0, 16383, host, 6379)})->master_of(7)->text(), "asked:6379") << host;
}

TEST(RedisSlotMap, ASlotMoves) {
    auto known = map({range(0, 16383, "a", 1)}).value();
    known.move(5, {"b", 2});
    EXPECT_EQ(known.master_of(5)->text(), "b:2");
    EXPECT_EQ(known.master_of(6)->text(), "a:1");
    EXPECT_TRUE(known.is_complete());
}

TEST(RedisSlotMap, WhatIsNoSuchAnswerIsNone) {
    const std::string cases[] = {
        "+OK\r\n",
        "*1\r\n:1\r\n",
        "*1\r\n*2\r\n:0\r\n:1\r\n",
        "*1\r\n" + range(-1, 5, "a", 1),
        "*1\r\n" + range(0, 16384, "a", 1),
        "*1\r\n" + range(0, 5, "a", 0),
        "*1\r\n" + range(0, 5, "a", 65536),
        "*1\r\n*3\r\n:0\r\n:1\r\n*2\r\n:1\r\n:1\r\n",
    };
    for (const auto& octets : cases)
        EXPECT_FALSE(RedisSlotMap::parse(parsed(octets), {"asked", 1})) << octets;
}

std::string redirection(const std::string& error) {
    const auto found = redirection_of(parsed("-" + error + "\r\n"));
    if (!found) return "none";
    const bool moved = found->kind == RedisRedirection::Kind::moved;
    return fmt::format("{} {} {}", moved ? "moved" : "ask", found->slot, found->to.text());
}

TEST(RedisRedirection, SaysWhereAQuestionIsToGo) {
    EXPECT_EQ(redirection("MOVED 3999 127.0.0.1:6381"), "moved 3999 127.0.0.1:6381");
    EXPECT_EQ(redirection("ASK 16383 ::1:6381"), "ask 16383 [::1]:6381");
    EXPECT_EQ(redirection("MOVED 1 :6381"), "moved 1 :6381");
    for (const auto* none : {"MOVED", "MOVED ", "MOVED 1", "MOVED 16384 h:1", "MOVED x h:1",
                             "ASK 1 h", "ASK 1 h:0", "ASK 1 h:99999", "ERR MOVED 1 h:1"})
        EXPECT_EQ(redirection(none), "none") << none;
}

TEST(RedisError, NeverShowsWhatStandsBehindItsName) {
    const auto words = [](const std::string& error) {
        return error_of(parsed("-" + error + "\r\n")).value().words();
    };
    EXPECT_EQ(words("WRONGPASS invalid 'hunter2'"),
              "it refuses the user or password of the settings");
    EXPECT_EQ(words("ERR unknown command 'hunter2'"), "it answers the error ERR");
    EXPECT_EQ(words("hunter2 is wrong"), "it answers the error of no name");
    EXPECT_EQ(words(""), "it answers the error of no name");
    EXPECT_FALSE(error_of(parsed("+OK\r\n")));
}

}  // namespace
}  // namespace postern::cache
