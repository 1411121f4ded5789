// Small help with texts: ASCII case, white space, UTF-8 characters. What is outside ASCII is left
// alone.
#pragma once

#include <string>
#include <string_view>

#include "expr/expression.hpp"

namespace postern::expr {

inline bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}
inline bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
inline bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
// Begins a character: it is no continuation octet of UTF-8.
inline bool begins_character(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

inline std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (is_upper(c)) c = static_cast<char>(c + ('a' - 'A'));
    return result;
}

inline std::string upper(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (is_lower(c)) c = static_cast<char>(c - ('a' - 'A'));
    return result;
}

// The transformation of a text; of a list, that of every item.
template <class Transform>
Value each_text(const Value& value, Transform transform) {
    const auto* list = std::get_if<List>(&value.get());
    if (!list) return Value(std::string(transform(value.text())));
    List result;
    for (const auto& item : *list)
        result.emplace_back(std::string(transform(item.text())));
    return result;
}

}  // namespace postern::expr
