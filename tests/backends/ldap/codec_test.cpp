#include "ldap/codec.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "ldap/ber.hpp"

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

// --- RFC 4533

using ber::element;
constexpr std::uint8_t text = ber::tag::octet_string;

std::string message(int id, std::uint8_t tag, const std::string& content,
                    const std::string& controls = "") {
    return element(ber::tag::sequence, element(0x02, std::string(1, static_cast<char>(id))) +
                                           element(tag, content) + controls);
}

std::string control(const char* oid, const std::string& value) {
    return element(0xA0, element(ber::tag::sequence, element(text, oid) + element(text, value)));
}

// An entry that was there, the end of the refresh, one that was deleted, and the server's end.
std::string exchange(int id) {
    using namespace std::string_literals;
    const std::string uuid(16, 'u'), result = "\x0A\x01\x00\x04\x00\x04\x00"s;
    const auto state = [&](char kind) {
        return control(sync_oid::state,
                       element(ber::tag::sequence, "\x0A\x01"s + kind + element(text, uuid)));
    };
    const auto uid = element(ber::tag::sequence,
                             element(text, "uid") + element(ber::tag::set, element(text, "jane")));
    const auto dn = element(text, "uid=jane,dc=x");
    return message(id, 0x64, dn + element(ber::tag::sequence, uid), state(1)) +
           message(id, 0x79, element(0x80, sync_oid::info) + element(0x81, element(0xA1, ""))) +
           message(id, 0x79, element(0x80, "1.2.3") + element(0x81, "something else")) +
           message(id, 0x64, dn + element(ber::tag::sequence, ""), state(3)) +
           message(id, 0x65, result,
                   control(sync_oid::done, element(ber::tag::sequence, element(text, "cookie"))));
}

std::string in_words(const Part& part) {
    if (part.entry)
        return part.entry->dn + " " + std::to_string(part.entry->attributes.size()) + " " +
               (part.state ? std::to_string(static_cast<int>(part.state->kind)) : "-");
    if (part.info) return part.info->is_refreshed ? "refreshed" : "info";
    if (part.end) return std::to_string(part.end->code) + " " + part.sync_cookie;
    return "nothing";
}

TEST(LdapCodec, AnAnswerWithoutEndComesInParts) {
    std::string octets;
    for (std::size_t cut = 0; cut == 0 || cut < octets.size(); ++cut) {
        Codec codec;
        const int id = codec.search({.base = "dc=x", .sync = SyncRequest()});
        octets = exchange(id);
        std::vector<std::string> parts;
        for (const auto piece :
             {std::string_view(octets).substr(0, cut), std::string_view(octets).substr(cut)}) {
            codec.feed(piece);
            while (const auto part = codec.next_part()) {
                EXPECT_EQ(part->id, id);
                parts.push_back(in_words(*part));
            }
        }
        EXPECT_EQ(parts, (std::vector<std::string>{"uid=jane,dc=x 1 1", "refreshed", "nothing",
                                                   "uid=jane,dc=x 0 3", "0 cookie"}))
            << cut;
    }
}

TEST(LdapCodec, AServerThatDoesNotKnowSynchronizationHasToSaySo) {
    Codec codec;
    codec.search({.base = "dc=x", .sync = SyncRequest()});
    const auto request = codec.take_output();
    const auto wanted = element(text, sync_oid::request) + std::string("\x01\x01\xFF");
    EXPECT_NE(request.find(wanted), request.npos) << testing::PrintToString(request);
}

TEST(LdapCodec, WhatSynchronizationSaysIsNotOverheard) {
    const std::string uuid(16, 'u');
    const auto entry = element(text, "uid=jane,dc=x") + element(ber::tag::sequence, "");
    for (const auto& [tag, content, controls] :
         {std::tuple{std::uint8_t{0x64}, entry, control(sync_oid::state, "?")},
          std::tuple{std::uint8_t{0x79}, element(0x80, sync_oid::info) + element(0x81, "?"),
                     std::string()},
          std::tuple{std::uint8_t{0x79}, element(0x80, sync_oid::info), std::string()}}) {
        Codec codec;
        const int id = codec.search({.base = "dc=x", .sync = SyncRequest()});
        codec.feed(message(id, tag, content, controls));
        EXPECT_THROW(codec.next_part(), ProtocolError);
    }
}

// Each of them may be long, all of them without end.
TEST(LdapCodec, PartsThatWereReadCountNoMore) {
    Codec codec;
    const int id = codec.search({.base = "dc=x", .sync = SyncRequest()});
    const auto dn = element(text, "uid=" + std::string(100'000, 'j') + ",dc=x");
    const auto entry = message(id, 0x64, dn + element(ber::tag::sequence, ""));
    for (int i = 0; i < 400; ++i) {
        codec.feed(entry);
        ASSERT_TRUE(codec.next_part());
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
