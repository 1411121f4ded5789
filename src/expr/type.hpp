// What is known about a value before there is a session.
#pragma once

#include <cstdint>
#include <string_view>

namespace postern::expr {

enum class Type : std::uint8_t { any, boolean, integer, duration, real, text, list, constant };

constexpr bool is_numeric(Type type) {
    return type == Type::boolean || type == Type::integer || type == Type::duration ||
           type == Type::real;
}

// "a text", for messages.
std::string_view type_name(Type type);

}  // namespace postern::expr
