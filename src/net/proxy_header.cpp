#include "net/proxy_header.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "net/peer.hpp"
#include "net/proxy_extensions.hpp"

namespace postern::net {
namespace {

using namespace std::string_view_literals;

constexpr auto signature = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr auto v1_start = "PROXY "sv;
constexpr std::size_t fixed_part = 16;
constexpr std::size_t unix_addresses = 216;

bool starts_like(std::string_view octets, std::string_view wanted) {
    return octets.substr(0, wanted.size()) == wanted.substr(0, octets.size());
}

// The words between single spaces; one more than `most` when there are too many.
std::vector<std::string_view> words_of(std::string_view line, std::size_t most) {
    std::vector<std::string_view> words;
    while (words.size() <= most) {
        const auto space = line.find(' ');
        words.push_back(line.substr(0, space));
        if (space == line.npos) break;
        line.remove_prefix(space + 1);
    }
    return words;
}

std::optional<std::uint16_t> parse_port(std::string_view digits) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), port);
    const bool whole = error == std::errc() && end == digits.end();
    const bool leading_zero = digits.size() > 1 && digits.front() == '0';
    if (!whole || leading_zero) return std::nullopt;
    return port;
}

std::optional<Endpoint> parse_end(std::string_view address, std::string_view port, bool is_v4) {
    boost::system::error_code error;
    if (address.find_first_of("%\0"sv) != address.npos) return std::nullopt;
    const auto ip = asio::ip::make_address(std::string(address), error);
    const auto number = parse_port(port);
    if (error || ip.is_v4() != is_v4 || !number) return std::nullopt;
    return normal_form({ip, *number});
}

// 2.1: PROXY TCP4 192.0.2.1 198.51.100.1 56324 443
ProxyVerdict parse_v1(std::string_view octets) {
    const auto begin = octets.substr(0, longest_proxy_v1);
    const auto end = begin.find("\r\n");
    if (end == begin.npos) {
        if (begin.size() == longest_proxy_v1 || begin.find('\n') != begin.npos)
            return ProxyFault{"a line of version 1 without an end"};
        return ProxyUnfinished{};
    }
    const auto line = begin.substr(v1_start.size(), end - v1_start.size());
    const std::size_t size = end + 2;
    if (line == "UNKNOWN" || line.starts_with("UNKNOWN ")) return ProxyHeader{.size = size};
    const auto words = words_of(line, 5);
    const bool is_v4 = words.front() == "TCP4";
    if (!is_v4 && words.front() != "TCP6") return ProxyFault{"neither TCP4, TCP6 nor UNKNOWN"};
    if (words.size() != 5) return ProxyFault{"not two addresses and two ports"};
    const auto client = parse_end(words[1], words[3], is_v4);
    const auto server = parse_end(words[2], words[4], is_v4);
    if (!client || !server) return ProxyFault{"an address or a port that is none"};
    return ProxyHeader{.ends = ProxyHeader::Ends{*client, *server}, .size = size};
}

template <class Address>
ProxyHeader::Ends read_ends(std::string_view block) {
    constexpr auto size = typename Address::bytes_type().size();
    const auto address = [&](std::size_t at) {
        typename Address::bytes_type octets;
        std::ranges::copy(block.substr(at, size), octets.begin());
        return Address(octets);
    };
    const auto client_port = static_cast<std::uint16_t>(big_endian(block.substr(2 * size, 2)));
    const auto server_port = static_cast<std::uint16_t>(big_endian(block.substr(2 * size + 2, 2)));
    return {normal_form({address(0), client_port}), normal_form({address(size), server_port})};
}

// 2.2: family and transport in one octet.
enum class Family : std::uint8_t { unspecified = 0x00, tcp4 = 0x11, tcp6 = 0x21, local = 0x31 };

std::optional<std::size_t> addresses_of(Family family) {
    switch (family) {
        case Family::unspecified:
            return 0;
        case Family::tcp4:
            return 12;
        case Family::tcp6:
            return 36;
        case Family::local:
            return unix_addresses;
    }
    return std::nullopt;
}

// Nobody is named, so nothing of it is believed but a checksum that is wrong.
ProxyVerdict nameless(std::string_view header) {
    const auto extensions = parse_extensions(header, fixed_part);
    if (extensions && extensions->checksum_is_wrong) return ProxyFault{"a wrong checksum"};
    return ProxyHeader{.size = header.size()};
}

ProxyVerdict parse_proxied(std::string_view header, Family family) {
    const auto addresses = addresses_of(family);
    if (!addresses) return ProxyFault{"not a stream over IPv4, IPv6 or a Unix socket"};
    if (family == Family::unspecified) return nameless(header);
    if (header.size() < fixed_part + *addresses) return ProxyFault{"too short for its addresses"};
    const auto extensions = parse_extensions(header, fixed_part + *addresses);
    if (!extensions) return ProxyFault{"an extension that is longer than the header"};
    if (extensions->checksum_is_wrong) return ProxyFault{"a wrong checksum"};
    if (family == Family::local) return ProxyHeader{.size = header.size()};
    const auto block = header.substr(fixed_part, *addresses);
    const auto ends = family == Family::tcp4 ? read_ends<asio::ip::address_v4>(block)
                                             : read_ends<asio::ip::address_v6>(block);
    return ProxyHeader{.ends = ends, .tls = extensions->tls, .size = header.size()};
}

ProxyVerdict parse_v2(std::string_view octets) {
    if (octets.size() < fixed_part) return ProxyUnfinished{};
    const auto command = static_cast<std::uint8_t>(octets[12]);
    if (command != 0x20 && command != 0x21) return ProxyFault{"neither LOCAL nor PROXY"};
    const std::size_t size = fixed_part + big_endian(octets.substr(14, 2));
    if (size > longest_proxy_v2) return ProxyFault{"too long"};
    if (octets.size() < size) return ProxyUnfinished{};
    const auto header = octets.substr(0, size);
    if (command == 0x20) return nameless(header);
    return parse_proxied(header, static_cast<Family>(octets[13]));
}

}  // namespace

ProxyVerdict parse_proxy_header(std::string_view octets) {
    if (octets.starts_with(signature)) return parse_v2(octets);
    if (octets.starts_with(v1_start)) return parse_v1(octets);
    if (starts_like(octets, signature) || starts_like(octets, v1_start)) return ProxyUnfinished{};
    return ProxyFault{"no PROXY header"};
}

}  // namespace postern::net
