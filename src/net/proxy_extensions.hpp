#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "net/proxy_header.hpp"

namespace postern::net {

std::uint32_t big_endian(std::string_view octets);  // at most four

// CRC-32C (Castagnoli), as RFC 4960 appendix B has it.
std::uint32_t crc32c(std::string_view octets);

// The TLVs of a header of version 2: what is used of them.
struct ProxyExtensions {
    std::optional<ProxyTls> tls;
    bool checksum_is_wrong = false;
};
// Pure. `header` is the whole of it, its TLVs begin `at`. nullopt: one is longer than the header.
std::optional<ProxyExtensions> parse_extensions(std::string_view header, std::size_t at);

}  // namespace postern::net
