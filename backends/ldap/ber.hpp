#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The Basic Encoding Rules as RFC 4511 5.1 restricts them, for the values of controls: definite
// lengths of at most four octets, tags of one. What is no such thing is nullopt.
namespace postern::ldap::ber {

namespace tag {
inline constexpr std::uint8_t boolean = 0x01;
inline constexpr std::uint8_t octet_string = 0x04;
inline constexpr std::uint8_t enumerated = 0x0A;
inline constexpr std::uint8_t sequence = 0x30;
inline constexpr std::uint8_t set = 0x31;
}  // namespace tag

struct Element {
    std::uint8_t tag = 0;
    std::string_view content;
};

// The element that `rest` begins with, which is taken away.
std::optional<Element> take_element(std::string_view& rest);
// Its content, when it has that tag; otherwise `rest` is worth nothing any more.
std::optional<std::string_view> take(std::string_view& rest, std::uint8_t tag);
bool begins_with(std::string_view rest, std::uint8_t tag);

// INTEGER (0 .. maxInt) and ENUMERATED, which is never negative here.
std::optional<std::int32_t> integer(std::string_view content);
std::optional<bool> boolean(std::string_view content);

std::string element(std::uint8_t tag, std::string_view content);

}  // namespace postern::ldap::ber
