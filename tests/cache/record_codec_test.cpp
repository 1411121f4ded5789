#include "cache/record_codec.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "cache/records.hpp"

namespace postern::cache {
namespace {

using namespace std::chrono_literals;

AccountRecord full_account() {
    auto record = accepted_record();
    record.accepted.push_back({verifier('q'), start - 1s});
    record.refused = {{verifier('x'), start - 1h, start, 7}, {verifier('y'), start, start, 8}};
    return record;
}

AccountRecord stamped_account() {
    auto record = full_account();
    record.accepted[1].stamp = "a stamp";
    return record;
}

LoginRecord known_login() {
    return {.generation = 9,
            .flushed = 3,
            .asked = start,
            .account = "jane",
            .refused = {{verifier('x'), start, start, 7}}};
}

TEST(RecordCodec, ReadsWhatItWrote) {
    for (const auto& record :
         {full_account(), stamped_account(), accepted_record(), AccountRecord{.generation = 1},
          AccountRecord{.generation = 2, .refused = {{verifier('x'), start, start, 1}}}}) {
        const auto octets = encode(record);
        ASSERT_TRUE(octets);
        EXPECT_EQ(decode_account(*octets), record);
    }
    for (const auto& record : {known_login(), LoginRecord{.generation = 1},
                               LoginRecord{.generation = 1, .asked = start, .unknown = true}}) {
        const auto octets = encode(record);
        ASSERT_TRUE(octets);
        EXPECT_EQ(decode_login(*octets), record);
    }
    EXPECT_EQ(decode_not_before(encode_not_before(start)), start);
}

TEST(RecordCodec, TakesNoKindForAnother) {
    const auto account = *encode(full_account()), login = *encode(known_login());
    const auto not_before = encode_not_before(start);
    EXPECT_FALSE(decode_account(login) || decode_account(not_before) || decode_account(""));
    EXPECT_FALSE(decode_login(account) || decode_login(not_before) || decode_login(""));
    EXPECT_FALSE(decode_not_before(account) || decode_not_before(login) || decode_not_before(""));
    auto newer = account;
    for (const char version : {'\x02', '\x03'}) {
        newer[1] = version;
        EXPECT_FALSE(decode_account(newer));
    }
}

// Gateways that know no stamps read what has none.
TEST(RecordCodec, AVersionOfItsOwnHasStamps) {
    EXPECT_EQ(encode(full_account())->substr(0, 2), "A\x01");
    auto stamped = *encode(stamped_account());
    EXPECT_EQ(stamped.substr(0, 2), "A\x02");
    stamped[1] = 1;
    EXPECT_FALSE(decode_account(stamped));
    stamped[1] = 3;
    EXPECT_FALSE(decode_account(stamped));
    auto none = full_account();
    auto octets = encode(none)->substr(2);
    std::string blank = "A\x02" + octets.substr(0, 17);  // generations, the number of accepted
    for (std::size_t entry = 0; entry < 2; ++entry)
        blank += octets.substr(17 + entry * 24, 24) + std::string(4, '\0');
    blank += octets.substr(17 + 2 * 24);
    EXPECT_FALSE(decode_account(blank)) << "without any stamp it would be written otherwise";
}

TEST(RecordCodec, RefusesWhatIsCutOrExtended) {
    const auto account = *encode(full_account()), login = *encode(known_login());
    const auto stamped = *encode(stamped_account());
    for (std::size_t size = 0; size < account.size(); ++size)
        EXPECT_FALSE(decode_account(account.substr(0, size))) << size;
    for (std::size_t size = 0; size < stamped.size(); ++size)
        EXPECT_FALSE(decode_account(stamped.substr(0, size))) << size;
    EXPECT_FALSE(decode_account(stamped + '\0'));
    for (std::size_t size = 0; size < login.size(); ++size)
        EXPECT_FALSE(decode_login(login.substr(0, size))) << size;
    EXPECT_FALSE(decode_account(account + '\0'));
    EXPECT_FALSE(decode_login(login + '\0'));
    EXPECT_FALSE(decode_not_before(encode_not_before(start) + '\0'));
}

// Nothing is read of octets that would not be written like that.
TEST(RecordCodec, WhatItReadsItWritesAgain) {
    for (const auto& account : {*encode(full_account()), *encode(stamped_account())})
        for (std::size_t bit = 0; bit < account.size() * 8; ++bit) {
            auto flipped = account;
            flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
            if (const auto record = decode_account(flipped))
                EXPECT_EQ(encode(*record), flipped) << bit;
        }
}

TEST(RecordCodec, KeepsNoAccountThatCannotBe) {
    struct Case {
        const char* what;
        std::function<void(AccountRecord&)> spoil;
    };
    for (const auto& [what, spoil] : {
             Case{"no generation", [](auto& record) { record.generation = 0; }},
             Case{"a generation out of range",
                  [](auto& record) { record.generation = Generation{1} << 63; }},
             Case{"confirmed later",
                  [](auto& record) { record.confirmed = record.generation + 1; }},
             Case{"a time before time", [](auto& record) { record.refused[1].first = Time(-1ms); }},
             Case{"a time after time",
                  [](auto& record) { record.accepted[0].asked = Time::max(); }},
             Case{"no principal", [](auto& record) { record.principal.name.clear(); }},
             Case{"nothing accepted", [](auto& record) { record.accepted.clear(); }},
             Case{"nothing accepted, a network",
                  [](auto& record) {
                      record.accepted.clear();
                      record.principal = {};
                  }},
             Case{"five accepted",
                  [](auto& record) {
                      for (const char password : {'a', 'b', 'c'})
                          record.accepted.push_back({verifier(password), Time()});
                  }},
             Case{"accepted out of order",
                  [](auto& record) { std::swap(record.accepted[0], record.accepted[1]); }},
             Case{"accepted twice",
                  [](auto& record) { record.accepted[1].verifier = verifier('p'); }},
             Case{"accepted and refused",
                  [](auto& record) { record.refused[1].verifier = verifier('p'); }},
             Case{"nine refused",
                  [](auto& record) {
                      for (char password = 'a'; password < 'h'; ++password)
                          record.refused.push_back({verifier(password), Time(), Time(), 1});
                  }},
             Case{"refused out of order",
                  [](auto& record) { record.refused[0].asked = start - 1ms; }},
             Case{"refused before it was refused first",
                  [](auto& record) { record.refused[1].first = start + 1ms; }},
             Case{"refused by a later record",
                  [](auto& record) { record.refused[0].generation = record.generation + 1; }},
             Case{"a network twice", [](auto& record) { record.networks[1] = record.networks[0]; }},
             Case{"an empty network", [](auto& record) { record.networks[0].clear(); }},
             Case{"a network too long",
                  [](auto& record) { record.networks[0].assign(longest_network + 1, 'x'); }},
             Case{"too many networks",
                  [](auto& record) {
                      for (char network = 'a'; network <= 'p'; ++network)
                          record.networks.emplace_back(1, network);
                  }},
             Case{"a stamp too long",
                  [](auto& record) { record.accepted[0].stamp.assign(longest_stamp + 1, 'x'); }},
             Case{"too long",
                  [](auto& record) { record.principal.groups.assign(1000, std::string(66, 'x')); }},
         }) {
        auto record = full_account();
        spoil(record);
        EXPECT_EQ(encode(record), std::nullopt) << what;
    }
}

TEST(RecordCodec, KeepsNoLoginThatCannotBe) {
    struct Case {
        const char* what;
        std::function<void(LoginRecord&)> spoil;
    };
    for (const auto& [what, spoil] : {
             Case{"no generation", [](auto& record) { record.generation = 0; }},
             Case{"flushed later", [](auto& record) { record.flushed = record.generation + 1; }},
             Case{"unknown with an account", [](auto& record) { record.unknown = true; }},
             Case{"unknown with a refusal",
                  [](auto& record) {
                      record.unknown = true;
                      record.account.clear();
                  }},
             Case{"a time before time", [](auto& record) { record.asked = Time(-1ms); }},
             Case{"refused twice",
                  [](auto& record) { record.refused.push_back(record.refused[0]); }},
             Case{"too long", [](auto& record) { record.account.assign(longest_record, 'x'); }},
         }) {
        auto record = known_login();
        spoil(record);
        EXPECT_EQ(encode(record), std::nullopt) << what;
    }
}

// The same rules hold for what is read: the octets of a record that cannot be, made of one that
// can.
TEST(RecordCodec, ReadsNoRecordThatCannotBe) {
    const auto account = *encode(full_account());
    const auto with = [&](const std::string& before, const std::string& after) {
        auto octets = account;
        const auto place = octets.find(before);
        EXPECT_NE(place, std::string::npos);
        return octets.replace(place, before.size(), after);
    };
    EXPECT_TRUE(decode_account(with("mx2", "mx3")));
    EXPECT_FALSE(decode_account(with(std::string(16, 'q'), std::string(16, 'p'))));
    EXPECT_FALSE(decode_account(with(std::string(16, 'x'), std::string(16, 'p'))));
    EXPECT_FALSE(decode_account(with("mailHost", "mailHosu") + "x"));
    EXPECT_FALSE(decode_account(with("mailHost", "zailHost"))) << "attributes out of order";
    EXPECT_FALSE(decode_account(with("2001:db8::/64", "2001:db8::/6")));
    EXPECT_FALSE(decode_login(encode(LoginRecord{.generation = 1})->replace(26, 1, "\x02")));
}

}  // namespace
}  // namespace postern::cache
