#include "ldap/content_sync.hpp"

#include <gtest/gtest.h>

#include "ldap/ber.hpp"

namespace postern::ldap {
namespace {

using namespace std::string_literals;
using Kind = SyncState::Kind;

const std::string uuid = "\x6F\x93\x50\xE0\x7A\x3D\x10\x41\x9D\x8C\xFF\x9B\x8D\xE4\xB1\x1F"s;
const std::string other = "\x6F\x93\x51\x30\x7A\x3D\x10\x41\x9D\x8D\xFF\x9B\x8D\xE4\xB1\x1F"s;
const std::string cookie = "rid=000,csn=20261121212248.315426Z#000000#000#000000";

std::string octets(std::string_view content) {
    return ber::element(ber::tag::octet_string, content);
}

TEST(ContentSync, AsksAsTheRfcSays) {
    EXPECT_EQ(value_of({SyncRequest::Mode::refresh_only, ""}), "\x30\x03\x0A\x01\x01"s);
    EXPECT_EQ(value_of({SyncRequest::Mode::refresh_and_persist, "abc"}),
              "\x30\x08\x0A\x01\x03\x04\x03"s + "abc");
    const std::string longer(200, 'c');
    EXPECT_EQ(value_of({SyncRequest::Mode::refresh_and_persist, longer}),
              "\x30\x84\x00\x00\x00\xD1\x0A\x01\x03\x04\x84\x00\x00\x00\xC8"s + longer);
}

// What slapd 2.5 said.
TEST(ContentSync, ReadsTheStateOfAnEntry) {
    struct Case {
        std::string octets;
        Kind kind;
    };
    const Case cases[] = {
        {"\x30\x15\x0A\x01\x01\x04\x10"s + uuid, Kind::added},
        {"\x30\x15\x0A\x01\x00\x04\x10"s + uuid, Kind::present},
        {"\x30\x4B\x0A\x01\x02\x04\x10"s + uuid + "\x04\x34" + cookie, Kind::modified},
        {"\x30\x4B\x0A\x01\x03\x04\x10"s + uuid + "\x04\x34" + cookie, Kind::deleted},
    };
    for (const auto& [text, kind] : cases) {
        const auto state = parse_sync_state(text);
        ASSERT_TRUE(state) << testing::PrintToString(text);
        EXPECT_EQ(state->kind, kind);
        EXPECT_EQ(state->uuid, uuid);
        for (std::size_t cut = 0; cut < text.size(); ++cut)
            EXPECT_FALSE(parse_sync_state(std::string_view(text).substr(0, cut))) << cut;
        EXPECT_FALSE(parse_sync_state(text + "x"));
    }
    EXPECT_FALSE(parse_sync_state("\x30\x15\x0A\x01\x04\x04\x10"s + uuid)) << "no such state";
    EXPECT_FALSE(parse_sync_state("\x30\x14\x0A\x01\x01\x04\x0F"s + uuid.substr(1)));
}

TEST(ContentSync, ReadsTheCookieOfTheEnd) {
    const auto done = "\x30\x39\x04\x34"s + cookie + "\x01\x01\xFF";
    EXPECT_EQ(parse_sync_done(done), cookie);
    EXPECT_EQ(parse_sync_done("\x30\x00"s), "");
    EXPECT_EQ(parse_sync_done("\x30\x03\x01\x01\x00"s), "");
    for (std::size_t cut = 0; cut < done.size(); ++cut)
        EXPECT_FALSE(parse_sync_done(std::string_view(done).substr(0, cut))) << cut;
    EXPECT_FALSE(parse_sync_done("\x30\x04\x01\x02\x00\x00"s)) << "no BOOLEAN";
    EXPECT_FALSE(parse_sync_done("\x30\x02\x02\x00"s));
}

TEST(ContentSync, ReadsWhatIsSaidBetweenEntries) {
    const auto with_cookie = octets(cookie);
    const auto uuids = ber::element(ber::tag::set, octets(uuid) + octets(other));
    const std::string is_true = "\x01\x01\xFF", is_false = "\x01\x01\x00"s;
    struct Case {
        std::string octets;
        bool is_refreshed;
        std::size_t deleted;
    };
    const Case cases[] = {
        {"\x80\x34" + cookie, false, 0},
        {ber::element(0xA1, with_cookie), true, 0},
        {ber::element(0xA1, with_cookie + is_false), false, 0},
        {ber::element(0xA2, ""), true, 0},
        {ber::element(0xA2, is_true), true, 0},
        {ber::element(0xA2, is_false), false, 0},
        {ber::element(0xA3, uuids), false, 0},
        {ber::element(0xA3, with_cookie + is_false + uuids), false, 0},
        {ber::element(0xA3, with_cookie + is_true + uuids), false, 2},
        {ber::element(0xA3, is_true + uuids), false, 2},
        {ber::element(0xA3, is_true + "\x31\x00"s), false, 0},
    };
    for (const auto& [text, is_refreshed, deleted] : cases) {
        const auto info = parse_sync_info(text);
        ASSERT_TRUE(info) << testing::PrintToString(text);
        EXPECT_EQ(info->is_refreshed, is_refreshed) << testing::PrintToString(text);
        ASSERT_EQ(info->deleted.size(), deleted) << testing::PrintToString(text);
        if (deleted > 0) EXPECT_EQ(info->deleted, (std::vector{uuid, other}));
        for (std::size_t cut = 0; cut < text.size(); ++cut)
            EXPECT_FALSE(parse_sync_info(std::string_view(text).substr(0, cut))) << cut;
        EXPECT_FALSE(parse_sync_info(text + "x"));
    }
    for (const auto& none :
         {ber::element(0xA4, ""), ber::element(0xA3, is_true),
          ber::element(0xA3, ber::element(ber::tag::set, octets("short"))),
          ber::element(0xA2, is_true + is_true), ber::element(0xA1, "\x01\x02\x00\x00"s)})
        EXPECT_FALSE(parse_sync_info(none)) << testing::PrintToString(none);
}

}  // namespace
}  // namespace postern::ldap
