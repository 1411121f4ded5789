#include "ldap/ber.hpp"

#include <cstddef>

namespace postern::ldap::ber {

namespace {

std::optional<std::size_t> take_length(std::string_view& rest) {
    if (rest.empty()) return std::nullopt;
    const auto first = static_cast<std::uint8_t>(rest.front());
    rest.remove_prefix(1);
    if (first < 0x80) return first;
    const std::size_t octets = first & 0x7FU;
    if (octets == 0 || octets > 4 || octets > rest.size()) return std::nullopt;
    std::size_t length = 0;
    for (const char octet : rest.substr(0, octets))
        length = length << 8U | static_cast<std::uint8_t>(octet);
    rest.remove_prefix(octets);
    return length;
}

}  // namespace

std::optional<Element> take_element(std::string_view& rest) {
    if (rest.empty()) return std::nullopt;
    Element element{static_cast<std::uint8_t>(rest.front()), {}};
    rest.remove_prefix(1);
    const auto length = take_length(rest);
    if ((element.tag & 0x1FU) == 0x1F || !length || *length > rest.size()) return std::nullopt;
    element.content = rest.substr(0, *length);
    rest.remove_prefix(*length);
    return element;
}

std::optional<std::string_view> take(std::string_view& rest, std::uint8_t tag) {
    const auto element = take_element(rest);
    if (!element || element->tag != tag) return std::nullopt;
    return element->content;
}

bool begins_with(std::string_view rest, std::uint8_t tag) {
    return rest.starts_with(static_cast<char>(tag));
}

std::optional<std::int32_t> integer(std::string_view content) {
    if (content.empty() || content.size() > 4 || (content.front() & 0x80) != 0) return std::nullopt;
    std::int32_t value = 0;
    for (const char octet : content)
        value = value << 8 | static_cast<std::uint8_t>(octet);
    return value;
}

std::optional<bool> boolean(std::string_view content) {
    if (content.size() != 1) return std::nullopt;
    return content.front() != 0;
}

std::string element(std::uint8_t tag, std::string_view content) {
    std::string octets(1, static_cast<char>(tag));
    if (content.size() < 0x80) {
        octets += static_cast<char>(content.size());
    } else {
        octets += static_cast<char>(0x84);
        for (const unsigned shift : {24U, 16U, 8U, 0U})
            octets += static_cast<char>(content.size() >> shift & 0xFFU);
    }
    return octets.append(content);
}

}  // namespace postern::ldap::ber
