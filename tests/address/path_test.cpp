#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "address/mailbox.hpp"

namespace postern::address {
namespace {

using namespace std::string_literals;

struct Example {
    std::string inside;
    Mailbox mailbox;
    bool source_route;
    std::string text;
};

TEST(Path, IsAMailboxAsTyped) {
    const std::vector<Example> table = {
        {"jane@x.test", {"jane", "x.test"}, false, "jane@x.test"},
        {"Jane@X.Test", {"Jane", "x.test"}, false, "Jane@X.Test"},
        {R"("jane"@x.test)", {"jane", "x.test"}, false, R"("jane"@x.test)"},
        {"jane@bücher.example", {"jane", "xn--bcher-kva.example"}, false, "jane@bücher.example"},
        {"a@[IPv6:2001:DB8::1]", {"a", "[IPv6:2001:db8::1]"}, false, "a@[IPv6:2001:DB8::1]"},
    };
    for (const auto& [inside, mailbox, source_route, text] : table) {
        const auto path = parse_path(inside);
        ASSERT_TRUE(path) << inside;
        EXPECT_EQ(path->mailbox, mailbox) << inside;
        EXPECT_EQ(path->source_route, source_route) << inside;
        EXPECT_EQ(path->text, text) << inside;
    }
}

// RFC 5321 appendix F.2 and C: accepted, flagged, never passed on.
TEST(Path, LosesItsSourceRoute) {
    const std::vector<Example> table = {
        {"@hosta.int,@jkl.org:userc@d.bar.org", {"userc", "d.bar.org"}, true, "userc@d.bar.org"},
        {"@a.test:b@c.test", {"b", "c.test"}, true, "b@c.test"},
        {"@A.Test,@b.test,@c.test:B@C.test", {"B", "c.test"}, true, "B@C.test"},
        {"@bücher.example:b@c.test", {"b", "c.test"}, true, "b@c.test"},
        {R"(@a.test:"b@d.test"@c.test)", {"b@d.test", "c.test"}, true, R"("b@d.test"@c.test)"},
        {"@a.test:b@[IPv6:::1]", {"b", "[IPv6:::1]"}, true, "b@[IPv6:::1]"},
    };
    for (const auto& [inside, mailbox, source_route, text] : table) {
        const auto path = parse_path(inside);
        ASSERT_TRUE(path) << inside;
        EXPECT_EQ(path->mailbox, mailbox) << inside;
        EXPECT_TRUE(path->source_route) << inside;
        EXPECT_EQ(path->text, text) << inside;
    }
}

TEST(Path, WithABrokenSourceRouteIsRefused) {
    for (const auto* inside : {"@",
                               "@:",
                               "@a.test",
                               "@a.test:",
                               "@a.test,b@c.test",
                               "@a.test,:b@c.test",
                               "@a.test,@:b@c.test",
                               "@a.test@b.test:c@d.test",
                               "a.test:b@c.test",
                               "@a.test:@b.test:c@d.test",
                               "@a.test,@b.test",
                               "@a.test:,b@c.test",
                               "@a_b.test:c@d.test",
                               "@[192.0.2.1]:a@x.test",
                               "@a.test:postmaster",
                               "@a.test: b@c.test",
                               "@a.test, @b.test:c@d.test",
                               "@a.test;b@c.test",
                               "@xn--a.test:b@c.test",
                               "@a..test:b@c.test",
                               "@a.test:b"}) {
        EXPECT_FALSE(parse_path(inside)) << inside;
    }
}

TEST(Path, MayBeNull) {
    const auto path = parse_path("");
    ASSERT_TRUE(path);
    EXPECT_EQ(path->mailbox, std::nullopt);
    EXPECT_FALSE(path->source_route);
    EXPECT_EQ(path->text, "");
}

// RFC 5321 4.5.1
TEST(Path, KnowsPostmasterWithoutDomainInAnyCase) {
    for (const auto* inside : {"postmaster", "Postmaster", "POSTMASTER"}) {
        const auto path = parse_path(inside);
        ASSERT_TRUE(path) << inside;
        EXPECT_EQ(path->mailbox, (Mailbox{"postmaster", ""})) << inside;
        EXPECT_EQ(path->text, inside);
    }
    for (const auto* inside : {"postmaste", "postmasters", "\"postmaster\"", "postmaster@",
                               "po\u017Ftmaster", " postmaster", "abuse", "root"}) {
        EXPECT_FALSE(parse_path(inside)) << inside;
    }
}

TEST(Path, HasAtMost254Octets) {
    const auto domain = std::string(60, 'd') + '.' + std::string(60, 'd') + '.' +
                        std::string(60, 'd') + '.' + std::string(60, 'd');  // 243
    EXPECT_TRUE(parse_path(std::string(10, 'l') + '@' + domain));
    EXPECT_FALSE(parse_path(std::string(11, 'l') + '@' + domain));
    EXPECT_FALSE(parse_path("@" + domain + ":a@long.test"))
        << "the source route counts as long as it is there";
    EXPECT_FALSE(parse_path(std::string(1'000'000, '@')));
    EXPECT_FALSE(parse_path(std::string(1'000'000, '"')));
}

TEST(Path, HasNoControlCharactersAnywhere) {
    for (const auto& inside :
         {"a\0b@x.test"s, "@a\0.test:b@c.test"s, "@a.test:b@c.test\r"s, "postmaster\0"s,
          "postmaster\n"s, "\0"s, "a@x.test\r\nRCPT TO:<b@x.test"s, "@a\xFF.test:b@c.test"s}) {
        EXPECT_FALSE(parse_path(inside)) << inside;
    }
}

}  // namespace
}  // namespace postern::address
