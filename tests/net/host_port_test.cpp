#include "net/host_port.hpp"

#include <gtest/gtest.h>

namespace postern::net {

TEST(HostPort, IsParsed) {
    const struct {
        std::string_view text;
        std::uint16_t default_port;
        std::string parsed;  // empty: refused
    } cases[] = {
        {"mx1.internal:25", 0, "mx1.internal:25"},
        {"mx_1.internal.:25", 0, "mx_1.internal.:25"},
        {"127.0.0.1:25", 0, "127.0.0.1:25"},
        {"[::1]:25", 0, "[::1]:25"},
        {"[2001:db8::1]:65535", 0, "[2001:db8::1]:65535"},
        {"127.0.0.1:0", 0, "127.0.0.1:0"},
        {"mx1.internal", 25, "mx1.internal:25"},
        {"[::1]", 25, "[::1]:25"},
        {"mx1.internal:587", 25, "mx1.internal:587"},

        {"mx1.internal", 0, ""},
        {"mx1.internal:", 25, ""},
        {"mx1.internal:65536", 0, ""},
        {"mx1.internal:-1", 0, ""},
        {"mx1.internal:+1", 0, ""},
        {"mx1.internal:25x", 0, ""},
        {"mx1.internal: 25", 0, ""},
        {"::1", 25, ""},
        {"::1:25", 0, ""},
        {"[::1", 25, ""},
        {"[::1]25", 25, ""},
        {"[]:25", 0, ""},
        {"[mx1.internal]:25", 0, ""},
        {"[127.0.0.1]:25", 0, ""},
        {":25", 0, ""},
        {"", 25, ""},
        {".", 25, ""},
        {"a..b:25", 0, ""},
        {"smtp://mx1:25", 0, ""},
        {"user@mx1:25", 0, ""},
        {"mx 1:25", 0, ""},
    };
    for (const auto& it : cases) {
        const auto parsed = parse_host_port(it.text, it.default_port);
        EXPECT_EQ(parsed ? parsed->text() : "", it.parsed) << it.text;
    }
    EXPECT_FALSE(parse_host_port(std::string(254, 'a') + ":25"));
    EXPECT_FALSE(parse_host_port(std::string_view("mx\0:25", 6)));
}

}  // namespace postern::net
