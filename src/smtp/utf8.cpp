#include "smtp/utf8.hpp"

#include <algorithm>
#include <array>

namespace postern::smtp {

namespace {

// RFC 3629 section 4, a line of its grammar each: the second octet's range keeps out overlong
// forms, surrogates and what lies beyond U+10FFFF.
struct Form {
    unsigned char first_low, first_high;
    unsigned char second_low, second_high;
    std::size_t length;
};
constexpr std::array<Form, 8> forms{{
    {0xC2, 0xDF, 0x80, 0xBF, 2},
    {0xE0, 0xE0, 0xA0, 0xBF, 3},
    {0xE1, 0xEC, 0x80, 0xBF, 3},
    {0xED, 0xED, 0x80, 0x9F, 3},
    {0xEE, 0xEF, 0x80, 0xBF, 3},
    {0xF0, 0xF0, 0x90, 0xBF, 4},
    {0xF1, 0xF3, 0x80, 0xBF, 4},
    {0xF4, 0xF4, 0x80, 0x8F, 4},
}};

bool within(char octet, unsigned char low, unsigned char high) {
    const auto value = static_cast<unsigned char>(octet);
    return value >= low && value <= high;
}

}  // namespace

std::size_t utf8_character(std::string_view text) {
    if (text.empty()) return 0;
    if (within(text[0], 0x00, 0x7F)) return 1;
    const auto* form = std::ranges::find_if(
        forms, [&](const Form& f) { return within(text[0], f.first_low, f.first_high); });
    if (form == forms.end() || text.size() < form->length) return 0;
    if (!within(text[1], form->second_low, form->second_high)) return 0;
    const auto rest = text.substr(2, form->length - 2);
    const bool continued = std::ranges::all_of(rest, [](char c) { return within(c, 0x80, 0xBF); });
    return continued ? form->length : 0;
}

bool is_utf8(std::string_view text) {
    while (const std::size_t length = utf8_character(text))
        text.remove_prefix(length);
    return text.empty();
}

}  // namespace postern::smtp
