// Headers of version 2, put together octet by octet.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net/proxy_extensions.hpp"

namespace postern::net {

using namespace std::string_literals;

inline constexpr char proxied = 0x21, for_itself = 0x20;
inline constexpr char tcp4 = 0x11, tcp6 = 0x21, unix_stream = 0x31, unspecified = 0x00;

inline std::string big_endian_16(std::size_t number) {
    return {static_cast<char>(number >> 8), static_cast<char>(number & 0xFF)};
}

inline std::string extension(int type, std::string_view value) {
    return std::string(1, static_cast<char>(type)) + big_endian_16(value.size()) +
           std::string(value);
}

inline std::string version_2(char command, char family, const std::string& rest) {
    return "\r\n\r\n\0\r\nQUIT\n"s + command + family + big_endian_16(rest.size()) + rest;
}

// 192.0.2.1:56324 to 198.51.100.1:587
inline const std::string ipv4_ends = "\xC0\x00\x02\x01\xC6\x33\x64\x01\xDC\x04\x02\x4B"s;
// [2001:db8::1]:56324 to [2001:db8::2]:587
inline const std::string ipv6_ends =
    "\x20\x01\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\x01\x20\x01\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\x02"
    "\xDC\x04\x02\x4B"s;

// As HAProxy's send-proxy-v2-ssl-cn tells it: TLS, no certificate, and what else there is.
inline std::string tls_extension(const std::string& version, const std::string& cipher,
                                 char flags = 0x01) {
    return extension(0x20,
                     flags + "\0\0\0\0"s + extension(0x21, version) + extension(0x23, cipher));
}

// Ends in the checksum of all of it.
inline std::string with_checksum(char command, char family, const std::string& rest) {
    auto header = version_2(command, family, rest + extension(0x03, "\0\0\0\0"s));
    const auto crc = crc32c(header);
    for (int i = 0; i < 4; ++i)
        header[header.size() - 4 + static_cast<std::size_t>(i)] =
            static_cast<char>(crc >> (24 - 8 * i));
    return header;
}

}  // namespace postern::net
