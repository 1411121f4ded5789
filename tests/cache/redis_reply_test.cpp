#include "cache/redis_reply.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace postern::cache {
namespace {

using Kind = RedisReply::Kind;
constexpr std::size_t most = 4096;

std::string in_words(const RedisReply& reply) {
    switch (reply.kind) {
        case Kind::nil:
            return "nil";
        case Kind::status:
            return "+" + reply.text;
        case Kind::error:
            return "-" + reply.text;
        case Kind::integer:
            return ":" + std::to_string(reply.integer);
        case Kind::text:
            return "'" + reply.text + "'";
        case Kind::list:
            break;
    }
    std::string all = "[";
    for (const auto& element : reply.elements)
        all += (all.size() > 1 ? " " : "") + in_words(element);
    return all + "]";
}

// All that is read when the octets come in pieces of this size; "!" and why at the end of a broken
// one.
std::string read(std::string_view octets, std::size_t piece = std::string_view::npos) {
    RedisReplyReader reader(most);
    std::string all;
    const auto take = [&] {
        while (const auto reply = reader.next())
            all += in_words(*reply) + "\n";
    };
    for (; !octets.empty() && !reader.is_broken(); take()) {
        reader.feed(octets.substr(0, piece));
        octets.remove_prefix(std::min(piece, octets.size()));
    }
    return reader.is_broken() ? all + "! " + reader.why() : all;
}

TEST(RedisReplyReader, ReadsTheSameHoweverTheOctetsAreCut) {
    const std::string octets =
        "+OK\r\n-ERR no\r\n:-7\r\n$-1\r\n$0\r\n\r\n$5\r\na\r\n\0b\r\n"
        "*0\r\n*-1\r\n*3\r\n:1\r\n*2\r\n$1\r\nx\r\n$-1\r\n+y\r\n";
    const std::string whole(octets.data(), sizeof("+OK\r\n-ERR no\r\n:-7\r\n$-1\r\n") - 1);
    EXPECT_EQ(read(whole), "+OK\n-ERR no\n:-7\nnil\n");
    const std::string rest = "$0\r\n\r\n*0\r\n*-1\r\n*3\r\n:1\r\n*2\r\n$1\r\nx\r\n$-1\r\n+y\r\n";
    const std::string expected = "''\n[]\nnil\n[:1 ['x' nil] +y]\n";
    for (std::size_t piece = 1; piece <= rest.size(); ++piece)
        EXPECT_EQ(read(rest, piece), expected) << piece;
    EXPECT_EQ(read(std::string("$5\r\na\r\n\0b\r\n", 11)), std::string("'a\r\n\0b'\n", 8));
}

TEST(RedisReplyReader, EveryCutLeavesItWaiting) {
    const std::string reply = "*2\r\n$3\r\nfoo\r\n:12\r\n";
    for (std::size_t end = 0; end < reply.size(); ++end)
        EXPECT_EQ(read(reply.substr(0, end)), "") << end;
}

TEST(RedisReplyReader, HoldsNoMoreThanItMay) {
    const std::string too_long = "! a reply is longer than it may be";
    EXPECT_EQ(read(fmt::format("${}\r\n{}\r\n", most, std::string(most, 'x'))),
              "'" + std::string(most, 'x') + "'\n");
    const auto endless = "$9999999999\r\n" + std::string(most + 100, 'x');
    EXPECT_EQ(read(endless), too_long);
    EXPECT_EQ(read(endless, 100), too_long);
    EXPECT_EQ(read("+" + std::string(2 * most, 'x'), 100), too_long);
    EXPECT_EQ(read("*1000000\r\n"), too_long);
    // In pieces, each of which would be allowed.
    std::string texts = "*20\r\n";
    for (int number = 0; number < 20; ++number)
        texts += "$1000\r\n" + std::string(1000, 'x') + "\r\n";
    EXPECT_EQ(read(texts, 64), too_long);
    std::string lists = "*4096\r\n";
    for (int number = 0; number < 4; ++number)
        lists += "*4096\r\n" + std::string(4 * 4096, ' ');
    EXPECT_TRUE(read(lists).starts_with("!"));
    std::string full = "*4\r\n";
    for (int number = 0; number < 4; ++number) {
        full += "*4096\r\n";
        for (int element = 0; element < 4096; ++element)
            full += ":1\r\n";
    }
    EXPECT_EQ(read(full, 4096), too_long);
}

TEST(RedisReplyReader, StaysBrokenAfterWhatIsNoReply) {
    EXPECT_TRUE(read("HTTP/1.1 200 OK\r\n").starts_with("! Protocol error"));
    EXPECT_TRUE(read("+OK\r\n%1\r\n+OK\r\n").starts_with("+OK\n! Protocol error"));
    EXPECT_TRUE(read("*-2\r\n").starts_with("! "));
    EXPECT_TRUE(read("$abc\r\n").starts_with("! "));
    EXPECT_TRUE(read("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n").starts_with("! "));
    RedisReplyReader reader(most);
    reader.feed("?\r\n");
    EXPECT_FALSE(reader.next());
    reader.feed("+OK\r\n");
    EXPECT_FALSE(reader.next());
    EXPECT_TRUE(reader.is_broken());
}

}  // namespace
}  // namespace postern::cache
