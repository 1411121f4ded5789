#include "ldap/escape.hpp"

#include <algorithm>

#include "address/unicode.hpp"
#include "smtp/utf8.hpp"

namespace postern::ldap {

namespace {

constexpr std::string_view lower_digits = "0123456789abcdef";  // as RFC 4515 writes its examples
constexpr std::string_view upper_digits = "0123456789ABCDEF";  // as RFC 4514 does

void append_octet(std::string& text, char octet, std::string_view digits) {
    const auto number = static_cast<unsigned char>(octet);
    text += '\\';
    text += digits[number >> 4U];
    text += digits[number & 0xFU];
}

constexpr bool contains(std::string_view set, char octet) {
    return set.find(octet) != std::string_view::npos;
}

}  // namespace

std::string escape_filter_value(std::string_view value) {
    std::string text;
    text.reserve(value.size());
    for (const char octet : value) {
        if (octet < ' ' || octet > '~' || contains("\\*()", octet))
            append_octet(text, octet, lower_digits);
        else
            text += octet;
    }
    return text;
}

std::string escape_dn_value(std::string_view value) {
    std::string text;
    text.reserve(value.size());
    for (std::size_t at = 0; at < value.size();) {
        const std::size_t size = std::max<std::size_t>(1, smtp::utf8_character(value.substr(at)));
        const auto character = value.substr(at, size);
        const bool at_an_end = at == 0 || at + 1 == value.size();
        if (!address::is_text(character) || (character == " " && at_an_end)) {
            for (const char octet : character)
                append_octet(text, octet, upper_digits);
        } else {
            const bool is_special = size == 1 && contains("\"+,;<=>\\", character.front());
            if (is_special || (character == "#" && at == 0)) text += '\\';
            text += character;
        }
        at += size;
    }
    return text;
}

}  // namespace postern::ldap
