#include "expr/ip_network.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace postern::expr {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::size_t longest_address = 45;  // an IPv6 address that ends in an IPv4 one

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    if (text.empty() || text.size() > longest_address || text.find('\0') != text.npos)
        return std::nullopt;
    const std::string terminated(text);
    IpAddress result;
    if (inet_pton(AF_INET, terminated.c_str(), result.octets.data()) == 1) {
        result.is_v4 = true;
        return result;
    }
    std::array<std::uint8_t, 16> octets{};
    if (inet_pton(AF_INET6, terminated.c_str(), octets.data()) != 1) return std::nullopt;
    result.is_v4 = std::equal(mapped_prefix.begin(), mapped_prefix.end(), octets.begin());
    if (result.is_v4)
        std::copy(octets.begin() + 12, octets.end(), result.octets.begin());
    else
        result.octets = octets;
    return result;
}

std::string IpAddress::reverse_name() const {
    if (is_v4)
        return fmt::format("{}.{}.{}.{}.in-addr.arpa", octets[3], octets[2], octets[1], octets[0]);
    std::string name;
    for (auto octet = octets.rbegin(); octet != octets.rend(); ++octet)
        name += fmt::format("{:x}.{:x}.", *octet & 0xf, *octet >> 4);
    return name + "ip6.arpa";
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = IpAddress::parse(text.substr(0, slash));
    if (!address) return std::nullopt;
    const bool mapped = address->is_v4 && text.substr(0, slash).find(':') != text.npos;
    const unsigned most = address->is_v4 && !mapped ? 32 : 128;
    unsigned bits = most;
    if (slash != text.npos) {
        const char* const end = text.data() + text.size();
        const auto [rest, error] = std::from_chars(text.data() + slash + 1, end, bits);
        if (error != std::errc() || rest != end || bits > most) return std::nullopt;
    }
    if (mapped && bits < 96) return std::nullopt;  // wider than the mapped addresses
    return IpNetwork{*address, mapped ? bits - 96 : bits};
}

bool IpNetwork::contains(const IpAddress& other) const {
    if (address.is_v4 != other.is_v4) return false;
    for (unsigned bit = 0; bit < bits; ++bit) {
        const auto mask = static_cast<std::uint8_t>(0x80u >> (bit % 8));
        if ((address.octets[bit / 8] & mask) != (other.octets[bit / 8] & mask)) return false;
    }
    return true;
}

}  // namespace postern::expr
