#include "net/proxy_header.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "net/proxy_octets.hpp"

namespace postern::net {
namespace {

std::string text_of(const Endpoint& end) {
    return fmt::format("{} {}", end.address().to_string(), end.port());
}

// "192.0.2.1 56324 > 198.51.100.1 587", "nobody", "unfinished", or what is wrong.
std::string judged(std::string_view octets) {
    const auto verdict = parse_proxy_header(octets);
    if (const auto* fault = std::get_if<ProxyFault>(&verdict)) return std::string(fault->why);
    const auto* header = std::get_if<ProxyHeader>(&verdict);
    if (header == nullptr) return "unfinished";
    if (!header->ends) return header->tls ? "nobody, with TLS" : "nobody";
    const auto ends = text_of(header->ends->client) + " > " + text_of(header->ends->server);
    return header->tls ? fmt::format("{} ({}, {})", ends, header->tls->version, header->tls->cipher)
                       : ends;
}

struct Case {
    std::string octets;
    std::string verdict;
};

void check(const std::vector<Case>& cases) {
    for (const auto& each : cases)
        EXPECT_EQ(judged(each.octets), each.verdict) << testing::PrintToString(each.octets);
}

constexpr auto no_pair = "not two addresses and two ports";
constexpr auto no_end = "an address or a port that is none";

TEST(ProxyHeader, OfVersion1) {
    check({
        {"PROXY TCP4 192.0.2.1 198.51.100.1 56324 587\r\n", "192.0.2.1 56324 > 198.51.100.1 587"},
        {"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n",
         "255.255.255.255 65535 > 255.255.255.255 65535"},
        {"PROXY TCP6 2001:db8::1 2001:DB8::2 56324 587\r\n", "2001:db8::1 56324 > 2001:db8::2 587"},
        {"PROXY TCP6 ::ffff:192.0.2.1 ::ffff:c633:6401 1 2\r\n", "192.0.2.1 1 > 198.51.100.1 2"},
        {"PROXY UNKNOWN\r\n", "nobody"},
        {"PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n", "nobody"},
    });
}

TEST(ProxyHeader, OfVersion1ThatIsWrong) {
    check({
        {"PROXY TCP4 192.0.2.1 198.51.100.1 56324\r\n", no_pair},
        {"PROXY TCP4 192.0.2.1 198.51.100.1 56324 587 1\r\n", no_pair},
        {"PROXY TCP4 192.0.2.1 198.51.100.1 56324 587 \r\n", no_pair},
        {"PROXY TCP4  192.0.2.1 198.51.100.1 56324 587\r\n", no_pair},
        {"PROXY TCP4\r\n", no_pair},
        {"PROXY TCP4 192.0.2.1 198.51.100.1 56324 65536\r\n", no_end},
        {"PROXY TCP4 192.0.2.1 198.51.100.1 056324 587\r\n", no_end},
        {"PROXY TCP4 192.0.2.1 198.51.100.1 -1 587\r\n", no_end},
        {"PROXY TCP4 192.0.2.1 198.51.100.1 +1 587\r\n", no_end},
        {"PROXY TCP4 192.0.2.01 198.51.100.1 1 587\r\n", no_end},
        {"PROXY TCP4 192.0.2 198.51.100.1 1 587\r\n", no_end},
        {"PROXY TCP4 2001:db8::1 2001:db8::2 1 587\r\n", no_end},
        {"PROXY TCP6 192.0.2.1 198.51.100.1 1 587\r\n", no_end},
        {"PROXY TCP6 fe80::1%1 2001:db8::2 1 587\r\n", no_end},
        {"PROXY TCP4 192.0.2.1\0x 198.51.100.1 1 587\r\n"s, no_end},
        {"PROXY UDP4 192.0.2.1 198.51.100.1 1 587\r\n", "neither TCP4, TCP6 nor UNKNOWN"},
        {"PROXY tcp4 192.0.2.1 198.51.100.1 1 587\r\n", "neither TCP4, TCP6 nor UNKNOWN"},
        {"PROXY UNKNOWNS\r\n", "neither TCP4, TCP6 nor UNKNOWN"},
        {"PROXY \r\n", "neither TCP4, TCP6 nor UNKNOWN"},
        {"PROXY TCP4 192.0.2.1 198.51.100.1 56324 587\n", "a line of version 1 without an end"},
        {"PROXY UNKNOWN " + std::string(93, 'x'), "a line of version 1 without an end"},
        {"PROXY UNKNOWN " + std::string(92, 'x') + "\r\n", "a line of version 1 without an end"},
        {"proxy TCP4 192.0.2.1 198.51.100.1 1 587\r\n", "no PROXY header"},
        {"EHLO client.example\r\n", "no PROXY header"},
        {" PROXY UNKNOWN\r\n", "no PROXY header"},
        {"\x16\x03\x01", "no PROXY header"},
    });
}

TEST(ProxyHeader, OfVersion1HasAtMost107Octets) {
    EXPECT_EQ(judged("PROXY UNKNOWN " + std::string(91, 'x') + "\r\n"), "nobody");
}

TEST(ProxyHeader, OfVersion2) {
    check({
        {version_2(proxied, tcp4, ipv4_ends), "192.0.2.1 56324 > 198.51.100.1 587"},
        {version_2(proxied, tcp6, ipv6_ends), "2001:db8::1 56324 > 2001:db8::2 587"},
        {version_2(proxied, tcp4, ipv4_ends + extension(0x02, "mail.example.org")),
         "192.0.2.1 56324 > 198.51.100.1 587"},
        {version_2(proxied, unspecified, ""), "nobody"},
        {version_2(proxied, unspecified, "whatever"), "nobody"},
        {version_2(proxied, unix_stream, std::string(216, 'x')), "nobody"},
        {version_2(proxied, unix_stream, std::string(216, 'x') + tls_extension("TLSv1.3", "X")),
         "nobody"},
        {version_2(for_itself, unspecified, ""), "nobody"},
        {version_2(for_itself, tcp4, ipv4_ends), "nobody"},
        {version_2(for_itself, tcp4, "odd"), "nobody"},
    });
}

TEST(ProxyHeader, OfVersion2ThatIsWrong) {
    check({
        {version_2(0x11, tcp4, ipv4_ends), "neither LOCAL nor PROXY"},
        {version_2(0x22, tcp4, ipv4_ends), "neither LOCAL nor PROXY"},
        {version_2(proxied, 0x12, ipv4_ends), "not a stream over IPv4, IPv6 or a Unix socket"},
        {version_2(proxied, '\xFF', ipv4_ends), "not a stream over IPv4, IPv6 or a Unix socket"},
        {version_2(proxied, tcp4, ipv4_ends.substr(1)), "too short for its addresses"},
        {version_2(proxied, tcp6, ipv4_ends), "too short for its addresses"},
        {version_2(proxied, unix_stream, ipv4_ends), "too short for its addresses"},
        {version_2(proxied, tcp4, ipv4_ends + "\x02"),
         "an extension that is longer than the header"},
        {version_2(proxied, tcp4, ipv4_ends + "\x02\x00\x02x"s),
         "an extension that is longer than the header"},
        {version_2(proxied, tcp4, ipv4_ends + std::string(4096, '\0')), "too long"},
        {version_2(for_itself, unspecified, std::string(4081, '\0')), "too long"},
    });
}

TEST(ProxyHeader, TellsOfTls) {
    const auto with = [](const std::string& extensions) {
        return judged(version_2(proxied, tcp4, ipv4_ends + extensions));
    };
    const auto ends = "192.0.2.1 56324 > 198.51.100.1 587"s;
    EXPECT_EQ(with(tls_extension("TLSv1.3", "TLS_AES_256_GCM_SHA384")),
              ends + " (TLSv1.3, TLS_AES_256_GCM_SHA384)");
    EXPECT_EQ(with(tls_extension("TLSv1.3", "X", 0x00)), ends) << "not over TLS";
    EXPECT_EQ(with(tls_extension("TLSv1.3", "X", 0x06)), ends) << "a certificate, but no TLS";
    EXPECT_EQ(with(extension(0x20, "\x01\0\0\0"s)), ends) << "cut off";
    EXPECT_EQ(with(extension(0x20, "\x01\0\0\0\0\x21\0\x09TLSv1.3"s)), ends) << "cut off inside";
    EXPECT_EQ(with(tls_extension("TLSv1.3)\r\nFrom: x", std::string(65, 'x'))), ends + " (, )")
        << "no words";
}

TEST(ProxyHeader, ItsChecksumIsCheckedWhereThereIsOne) {
    constexpr auto wrong = "a wrong checksum";
    for (const auto& header :
         {with_checksum(proxied, tcp4, ipv4_ends),
          with_checksum(proxied, tcp6, ipv6_ends + extension(0x02, "x")),
          with_checksum(proxied, unix_stream, std::string(216, 'x')),
          with_checksum(proxied, unspecified, ""), with_checksum(for_itself, unspecified, "")}) {
        EXPECT_NE(judged(header), wrong);
        for (std::size_t i = header.size() - 4; i < header.size(); ++i) {
            auto changed = header;
            changed[i] = static_cast<char>(changed[i] ^ 1);
            EXPECT_EQ(judged(changed), wrong);
        }
    }
    auto changed = with_checksum(proxied, tcp4, ipv4_ends);
    changed[16] = static_cast<char>(changed[16] ^ 1);
    EXPECT_EQ(judged(changed), wrong) << "another address";
    const auto short_one = ipv4_ends + extension(0x03, "abc");
    EXPECT_EQ(judged(version_2(proxied, tcp4, short_one)), wrong);
    const auto second = extension(0x03, "\0\0\0\0"s);
    EXPECT_EQ(judged(with_checksum(proxied, tcp4, ipv4_ends + second)), wrong) << "two of them";
}

// RFC 3720 B.4
TEST(ProxyHeader, ChecksumIsCastagnolis) {
    EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
    EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43U);
    EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
}

TEST(ProxyHeader, IsUnfinishedUntilItsLastOctetAndLeavesWhatFollows) {
    for (const auto& header :
         {"PROXY TCP4 192.0.2.1 198.51.100.1 56324 587\r\n"s, "PROXY UNKNOWN\r\n"s,
          version_2(proxied, tcp6, ipv6_ends), version_2(for_itself, unspecified, "")}) {
        for (std::size_t size = 0; size < header.size(); ++size)
            EXPECT_EQ(judged(header.substr(0, size)), "unfinished") << size;
        const auto verdict = parse_proxy_header(header + "EHLO x\r\n");
        ASSERT_TRUE(std::holds_alternative<ProxyHeader>(verdict));
        EXPECT_EQ(std::get<ProxyHeader>(verdict).size, header.size());
    }
}

}  // namespace
}  // namespace postern::net
