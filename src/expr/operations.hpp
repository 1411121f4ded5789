// What the operators of the expression language do with values of any type. Nothing fails: sums
// saturate, a division by zero is 0, what is no number counts as 0.
#pragma once

#include <optional>
#include <string_view>

#include "expr/expression.hpp"

namespace postern::expr {

// A text that is a whole or decimal number.
std::optional<Value> parse_number(std::string_view text);

Value add(const Value& left, const Value& right);       // also joins texts and lists
Value subtract(const Value& left, const Value& right);  // also takes items out of a list
Value multiply(const Value& left, const Value& right);
Value divide(const Value& left, const Value& right);  // always a real number
Value negate(const Value& value);

// Texts octet by octet; a text against a number as a number, where one that is none equals nothing
// but the empty text equals 0; lists item by item; values of other different types are different.
bool equal(const Value& left, const Value& right);
// Numbers by size, texts by octets; false for what has no order (lists, constants).
bool less(const Value& left, const Value& right);
bool less_or_equal(const Value& left, const Value& right);

}  // namespace postern::expr
