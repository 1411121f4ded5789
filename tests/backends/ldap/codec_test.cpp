#include "ldap/codec.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace postern::ldap {
namespace {

// A success of one search, RFC 4511 4.5.2: `id` below 128.
std::string search_done(int id) {
    return {0x30, 0x0c, 0x02, 0x01, static_cast<char>(id), 0x65, 0x07, 0x0a, 0x01, 0x00,
            0x04, 0x00, 0x04, 0x00};
}

std::vector<int> ids_of(Codec& codec) {
    std::vector<int> ids;
    while (const auto message = codec.next())
        ids.push_back(message->id);
    return ids;
}

TEST(LdapCodec, FindsTheSameMessagesWhereverTheStreamIsCut) {
    for (std::size_t cut = 0; cut <= 3 * search_done(1).size(); ++cut) {
        Codec codec;
        const int first = codec.search({.base = "dc=example"});
        const int second = codec.search({.base = "dc=example"});
        const auto octets = search_done(first) + search_done(99) + search_done(second);
        codec.feed(std::string_view(octets).substr(0, cut));
        auto ids = ids_of(codec);
        codec.feed(std::string_view(octets).substr(cut));
        const auto more = ids_of(codec);
        ids.insert(ids.end(), more.begin(), more.end());
        EXPECT_EQ(ids, (std::vector{first, second})) << cut;
        EXPECT_FALSE(codec.has_unread()) << cut;
    }
}

TEST(LdapCodec, AnAnswerThatWasGivenUpHidesNoOther) {
    Codec codec;
    const int given_up = codec.search({.base = "dc=example"});
    const int wanted = codec.search({.base = "dc=example"});
    codec.abandon(given_up);
    codec.feed(search_done(given_up) + search_done(wanted));
    EXPECT_EQ(ids_of(codec), std::vector{wanted});
}

TEST(LdapCodec, EmptyPasswordNeverReachesTheWire) {
    Codec codec;
    EXPECT_THROW(codec.bind("cn=jane", crypto::Secret()), std::invalid_argument);
    EXPECT_EQ(codec.take_output(), "");
}

TEST(LdapCodec, AFilterOfBadSyntaxIsRefusedBeforeItIsSent) {
    Codec codec;
    EXPECT_THROW(codec.search({.base = "dc=example", .filter = "(uid=jane"}),
                 std::invalid_argument);
    EXPECT_EQ(codec.take_output(), "");
}

TEST(LdapCodec, AnAnswerWithoutEndIsCutOff) {
    Codec codec;
    codec.search({.base = "dc=example"});
    const std::string much(1024 * 1024, 'x');
    const std::string begin{0x30,
                            static_cast<char>(0x84),
                            0x00,
                            static_cast<char>(0xff),
                            static_cast<char>(0xff),
                            static_cast<char>(0xff)};
    const auto feed_for_ever = [&] {
        codec.feed(begin);
        for (int i = 0; i < 20; ++i) {
            codec.feed(much);
            codec.next();
        }
    };
    EXPECT_THROW(feed_for_ever(), ProtocolError);
}

// libldap's own function for it asserts that there is a name.
TEST(LdapCodec, ReadsTheValueOfAnExtendedAnswerWhoseNameIsEmpty) {
    using namespace std::string_literals;
    for (const auto& name : {""s, "\x8a\x00"s, "\x8a\x01x"s}) {
        Codec codec;
        const int id = codec.who_am_i();
        const auto body = "\x0a\x01\x00\x04\x00\x04\x00"s + name + "\x8b\x06u:jane";
        const auto operation = "\x78"s + static_cast<char>(body.size()) + body;
        codec.feed("\x30"s + static_cast<char>(operation.size() + 3) + "\x02\x01" +
                   static_cast<char>(id) + operation);
        const auto message = codec.next();
        ASSERT_TRUE(message);
        EXPECT_EQ(message->value, "u:jane");
    }
}

TEST(LdapCodec, OctetsBehindTheAnswerToStartTlsAreSeen) {
    Codec codec;
    const int id = codec.start_tls();
    std::string answer{0x30, 0x0c, 0x02, 0x01, static_cast<char>(id), 0x78, 0x07, 0x0a, 0x01, 0x00,
                       0x04, 0x00, 0x04, 0x00};
    codec.feed(answer + "\x30");
    const auto message = codec.next();
    ASSERT_TRUE(message);
    EXPECT_EQ(message->answer.code, 0);
    EXPECT_TRUE(codec.has_unread());
}

}  // namespace
}  // namespace postern::ldap
