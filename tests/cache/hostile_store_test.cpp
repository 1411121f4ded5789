// Whoever keeps the records learns and forges nothing: what comes back is what was sealed under
// this very name, or a miss.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "cache/keys.hpp"
#include "cache/record_codec.hpp"
#include "cache/records.hpp"

namespace postern::cache {
namespace {

using crypto::Secret;
using namespace std::chrono_literals;

const std::string key_octets = "0123456789abcdef0123456789ABCDEF";
const Rules rules{.positive = 1h, .negative = 1min, .stale = 24h};

Keys keys(std::string_view key = key_octets) {
    return {Secret(key), "ldap", "url=ldap://one"};
}

// As a gateway reads: opened, decoded, decided.
Verdict verdict(const Keys& with, const std::string& name, std::string_view sealed, char password,
                Time now = start) {
    const auto plain = with.open(name, sealed);
    const auto record = plain ? decode_account(*plain) : std::nullopt;
    return record ? decide(*record, verifier(password), now, rules) : Verdict::ask;
}

struct Stored {
    Keys with = keys();
    std::string name = with.account_record("jane");
    AccountRecord record = [] {
        auto record = accepted_record('p');
        record.refused = {{verifier('x'), start, start, 1}};
        return record;
    }();
    std::string sealed = with.seal(name, *encode(record));
};

TEST(HostileStore, AnyBitFlippedIsAMiss) {
    const Stored stored;
    ASSERT_EQ(verdict(stored.with, stored.name, stored.sealed, 'p'), Verdict::accepted);
    ASSERT_EQ(verdict(stored.with, stored.name, stored.sealed, 'x'), Verdict::rejected);
    for (std::size_t bit = 0; bit < stored.sealed.size() * 8; ++bit) {
        auto flipped = stored.sealed;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        EXPECT_EQ(stored.with.open(stored.name, flipped), std::nullopt) << bit;
    }
}

TEST(HostileStore, AnyOtherLengthIsAMiss) {
    const Stored stored;
    for (std::size_t size = 0; size < stored.sealed.size(); ++size)
        EXPECT_EQ(stored.with.open(stored.name, stored.sealed.substr(0, size)), std::nullopt);
    std::mt19937 random(1);
    auto extended = stored.sealed;
    for (int i = 0; i < 600; ++i) {
        extended += static_cast<char>(random());
        EXPECT_EQ(stored.with.open(stored.name, extended), std::nullopt);
    }
}

TEST(HostileStore, AnotherPlaceIsAMiss) {
    const Stored stored;
    for (const auto& name : {stored.with.account_record("joe"), stored.with.login_record("jane"),
                             stored.with.not_before_record(), std::string()})
        EXPECT_EQ(stored.with.open(name, stored.sealed), std::nullopt) << name;
    const Keys other(Secret(key_octets), "imap", "url=ldap://one");
    EXPECT_EQ(other.open(other.account_record("jane"), stored.sealed), std::nullopt);
}

TEST(HostileStore, WhatIsInventedIsAMiss) {
    const Stored stored;
    std::mt19937 random(2);
    for (int i = 0; i < 10'000; ++i) {
        std::string invented(random() % 700, '\0');
        for (char& octet : invented)
            octet = static_cast<char>(random());
        if (!invented.empty()) invented.front() = stored.sealed.front();
        EXPECT_EQ(stored.with.open(stored.name, invented), std::nullopt);
    }
}

TEST(HostileStore, WhatIsExpiredOrFromTheFutureIsAMiss) {
    Stored stored;
    EXPECT_EQ(verdict(stored.with, stored.name, stored.sealed, 'p', start + 24h), Verdict::ask);
    EXPECT_EQ(verdict(stored.with, stored.name, stored.sealed, 'x', start + 24h), Verdict::ask);
    stored.record.generation = generation_at(start + 61s);
    const auto ahead = stored.with.seal(stored.name, *encode(stored.record));
    EXPECT_EQ(verdict(stored.with, stored.name, ahead, 'p'), Verdict::ask);
    EXPECT_EQ(verdict(stored.with, stored.name, ahead, 'x'), Verdict::ask);
}

// Everybody has the same password, the same name and the same addresses, as far as that can be.
std::vector<std::pair<std::string, std::string>> a_thousand_users(const Keys& with) {
    const Secret password("secret");
    std::vector<std::pair<std::string, std::string>> stored;
    for (int i = 0; i < 1000; ++i) {
        const auto account = "user" + std::to_string(i);
        auto record = accepted_record();
        record.accepted = {{with.verifier(account, password), start}};
        const auto name = with.account_record(account);
        stored.emplace_back(name, with.seal(name, *encode(record)));
        const auto login = with.login_record(account);
        const LoginRecord known{.generation = 1, .asked = start, .account = "jane"};
        stored.emplace_back(login, with.seal(login, *encode(known)));
    }
    return stored;
}

TEST(HostileStore, NoTwoValuesShareEightOctets) {
    std::vector<std::pair<std::string, std::size_t>> pieces;
    const auto users = a_thousand_users(keys());
    for (std::size_t i = 0; i < users.size(); ++i)
        for (std::size_t at = 0; at + 8 <= users[i].second.size(); ++at)
            pieces.emplace_back(users[i].second.substr(at, 8), i);
    std::ranges::sort(pieces);
    EXPECT_EQ(std::ranges::adjacent_find(pieces, std::equal_to(),
                                         &std::pair<std::string, std::size_t>::first),
              pieces.end());
}

TEST(HostileStore, LengthsTellNothingBelow256Octets) {
    for (const auto& [name, sealed] : a_thousand_users(keys()))
        EXPECT_EQ(sealed.size() % 256, keys().seal("any", "").size() % 256);
}

TEST(HostileStore, WithOneBitOfTheKeyChangedNothingDecodes) {
    const auto users = a_thousand_users(keys());
    for (const std::size_t bit : {0U, 77U, 255U}) {
        auto other = key_octets;
        other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << bit % 8));
        const auto wrong = keys(other);
        for (const auto& [name, sealed] : users)
            EXPECT_EQ(wrong.open(name, sealed), std::nullopt);
        EXPECT_NE(wrong.account_record("user1"), keys().account_record("user1"));
    }
}

}  // namespace
}  // namespace postern::cache
