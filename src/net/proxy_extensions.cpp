#include "net/proxy_extensions.hpp"

#include <algorithm>
#include <functional>
#include <string>

namespace postern::net {
namespace {

// 2.2.1 and 2.2.6 of proxy-protocol.txt
constexpr std::uint8_t type_checksum = 0x03;
constexpr std::uint8_t type_tls = 0x20;
constexpr std::uint8_t type_tls_version = 0x21;
constexpr std::uint8_t type_tls_cipher = 0x23;
constexpr std::uint8_t client_uses_tls = 0x01;
constexpr std::size_t type_and_length = 3;
constexpr std::size_t client_and_verify = 5;

using Each = std::function<void(std::uint8_t type, std::string_view value)>;

// False: one is longer than what is there.
bool for_each_extension(std::string_view octets, const Each& each) {
    while (!octets.empty()) {
        if (octets.size() < type_and_length) return false;
        const std::size_t size = big_endian(octets.substr(1, 2));
        if (octets.size() - type_and_length < size) return false;
        each(static_cast<std::uint8_t>(octets[0]), octets.substr(type_and_length, size));
        octets.remove_prefix(type_and_length + size);
    }
    return true;
}

// It goes into header fields: "TLSv1.3", "TLS_AES_256_GCM_SHA384", or nothing.
std::string word(std::string_view value) {
    constexpr std::size_t longest = 64;
    const bool is_word = std::ranges::all_of(value, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '-' || c == '_';
    });
    return is_word && value.size() <= longest ? std::string(value) : "";
}

std::optional<ProxyTls> parse_tls(std::string_view value) {
    if (value.size() < client_and_verify) return std::nullopt;
    if ((static_cast<std::uint8_t>(value.front()) & client_uses_tls) == 0) return std::nullopt;
    ProxyTls tls;
    const bool whole =
        for_each_extension(value.substr(client_and_verify), [&](auto type, auto text) {
            if (type == type_tls_version) tls.version = word(text);
            if (type == type_tls_cipher) tls.cipher = word(text);
        });
    if (!whole) return std::nullopt;
    return tls;
}

// Computed with zeros in its own place.
bool is_checksum(std::string_view value, std::string_view header) {
    if (value.size() != 4) return false;
    std::string copy(header);
    copy.replace(static_cast<std::size_t>(value.data() - header.data()), 4, 4, '\0');
    return crc32c(copy) == big_endian(value);
}

}  // namespace

std::uint32_t big_endian(std::string_view octets) {
    std::uint32_t number = 0;
    for (const char octet : octets)
        number = number << 8 | static_cast<std::uint8_t>(octet);
    return number;
}

std::uint32_t crc32c(std::string_view octets) {
    constexpr std::uint32_t reversed_polynomial = 0x82F63B78;
    std::uint32_t crc = ~0U;
    for (const char octet : octets) {
        crc ^= static_cast<std::uint8_t>(octet);
        for (int bit = 0; bit < 8; ++bit)
            crc = crc >> 1 ^ ((crc & 1) != 0 ? reversed_polynomial : 0);
    }
    return ~crc;
}

std::optional<ProxyExtensions> parse_extensions(std::string_view header, std::size_t at) {
    ProxyExtensions found;
    bool is_checked = false;
    const bool whole = for_each_extension(header.substr(at), [&](auto type, auto value) {
        if (type == type_tls) found.tls = parse_tls(value);
        if (type != type_checksum) return;
        if (is_checked || !is_checksum(value, header)) found.checksum_is_wrong = true;
        is_checked = true;
    });
    if (!whole) return std::nullopt;
    return found;
}

}  // namespace postern::net
