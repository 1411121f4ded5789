#include "net/srv.hpp"

#include <gtest/gtest.h>

#include <map>

namespace postern::net {
namespace {

using Octets = std::vector<unsigned char>;

void append(Octets& octets, unsigned value) {
    octets.push_back(static_cast<unsigned char>(value >> 8));
    octets.push_back(static_cast<unsigned char>(value));
}

void append_name(Octets& octets, const std::vector<std::string>& labels) {
    for (const auto& label : labels) {
        octets.push_back(static_cast<unsigned char>(label.size()));
        octets.insert(octets.end(), label.begin(), label.end());
    }
    octets.push_back(0);
}

// An answer with these records, RFC 1035 4.1.
Octets answer(const std::vector<SrvRecord>& records) {
    Octets octets;
    for (const unsigned value : {1U, 0x8180U, 1U, static_cast<unsigned>(records.size()), 0U, 0U})
        append(octets, value);
    append_name(octets, {"_ldap", "_tcp", "example", "org"});
    append(octets, 33);
    append(octets, 1);
    for (const auto& record : records) {
        append(octets, 0xC00C);  // the name in the question
        append(octets, 33);
        append(octets, 1);
        append(octets, 0);
        append(octets, 300);
        Octets data;
        append(data, record.priority);
        append(data, record.weight);
        append(data, record.target.port);
        append_name(data, record.target.host.empty()
                              ? std::vector<std::string>()
                              : std::vector<std::string>{record.target.host, "example", "org"});
        append(octets, static_cast<unsigned>(data.size()));
        octets.insert(octets.end(), data.begin(), data.end());
    }
    return octets;
}

TEST(Srv, ReadsTheRecordsOfAnAnswer) {
    const auto records = parse_srv_answer(answer({{0, 5, {"dc1", 389}}, {10, 0, {"dc2", 3890}}}));
    const std::vector<SrvRecord> expected = {{0, 5, {"dc1.example.org", 389}},
                                             {10, 0, {"dc2.example.org", 3890}}};
    EXPECT_EQ(records, expected);
    EXPECT_TRUE(parse_srv_answer(answer({{0, 0, {"", 389}}})).empty()) << "there is no service";
    EXPECT_TRUE(parse_srv_answer(answer({})).empty());
    EXPECT_TRUE(parse_srv_answer({}).empty());
}

TEST(Srv, WhateverIsCutOrBentIsReadSafely) {
    const auto whole = answer({{0, 5, {"dc1", 389}}, {10, 0, {"dc2", 3890}}});
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const Octets part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_LE(parse_srv_answer(part).size(), 1U);
    }
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const char octet : {'\0', '\x3F', '\xC0', '\xFF'}) {
            auto bent = whole;
            bent[at] = static_cast<unsigned char>(octet);
            EXPECT_LE(parse_srv_answer(bent).size(), 2U);
        }
    }
}

TEST(Srv, TriesByPriorityAndThenByWeight) {
    std::minstd_rand random(1);
    std::map<std::string, int> first;
    for (int i = 0; i < 1000; ++i) {
        const auto order = in_order({{20, 0, {"last", 389}},
                                     {10, 30, {"heavy", 389}},
                                     {10, 10, {"light", 389}},
                                     {10, 0, {"spare", 389}}},
                                    random);
        ASSERT_EQ(order.size(), 4U);
        ++first[order.front().host];
        EXPECT_EQ(order.back().host, "last");
    }
    EXPECT_GT(first["heavy"], 2 * first["light"]);
    EXPECT_GT(first["light"], 100);
    EXPECT_LT(first["spare"], 100);
    EXPECT_TRUE(in_order({}, random).empty());
}

}  // namespace
}  // namespace postern::net
