#include "expr/operations.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace postern::expr {
namespace {

const std::int64_t* whole(const Value& value) {
    return std::get_if<std::int64_t>(&value.get());
}
const std::string* text(const Value& value) {
    return std::get_if<std::string>(&value.get());
}
const List* list(const Value& value) {
    return std::get_if<List>(&value.get());
}
bool is_number(const Value& value) {
    return whole(value) || std::holds_alternative<double>(value.get());
}

// The value as a number; a text that is none is 0, as is everything that has no number.
Value number(const Value& value) {
    if (is_number(value)) return value;
    const auto* words = text(value);
    const auto parsed = words ? parse_number(*words) : std::nullopt;
    return parsed ? *parsed : Value(std::int64_t{0});
}

std::int64_t saturated(bool negative) {
    return negative ? std::numeric_limits<std::int64_t>::min()
                    : std::numeric_limits<std::int64_t>::max();
}

Value sum(const Value& left, const Value& right) {
    if (!whole(left) || !whole(right)) return left.real() + right.real();
    std::int64_t result = 0;
    if (__builtin_add_overflow(*whole(left), *whole(right), &result))
        return saturated(*whole(left) < 0);
    return result;
}

// Two values as numbers when both can be; a text that is none has no number here.
struct Pair {
    Value left, right;
};
std::optional<Pair> as_numbers(const Value& left, const Value& right) {
    const auto one = [](const Value& value) -> std::optional<Value> {
        if (is_number(value)) return value;
        const auto* words = text(value);
        if (!words) return std::nullopt;
        return words->empty() ? Value(std::int64_t{0}) : parse_number(*words);
    };
    const auto first = one(left), second = one(right);
    if (!first || !second) return std::nullopt;
    return Pair{*first, *second};
}

}  // namespace

std::optional<Value> parse_number(std::string_view text) {
    // from_chars also takes "inf", "nan" and exponents, which the language does not know.
    if (text.empty() || text.find_first_not_of("0123456789.-") != text.npos) return std::nullopt;
    const char* const end = text.data() + text.size();
    std::int64_t whole_number = 0;
    auto [rest, error] = std::from_chars(text.data(), end, whole_number);
    if (error == std::errc() && rest == end) return Value(whole_number);
    double real = 0;
    const auto [real_rest, real_error] = std::from_chars(text.data(), end, real);
    if (real_error == std::errc() && real_rest == end) return Value(real);
    return std::nullopt;
}

Value add(const Value& left, const Value& right) {
    if (list(left) || list(right)) {
        List result = list(left) ? *list(left) : List{left};
        const List more = list(right) ? *list(right) : List{right};
        result.insert(result.end(), more.begin(), more.end());
        return result;
    }
    if (is_number(left) && is_number(right)) return sum(left, right);
    if (text(left) && text(left)->empty()) return right;
    return left.text() + right.text();
}

Value subtract(const Value& left, const Value& right) {
    if (list(left)) {
        List result = *list(left);
        const List gone = list(right) ? *list(right) : List{right};
        std::erase_if(result, [&](const Value& item) {
            return std::any_of(gone.begin(), gone.end(),
                               [&](const Value& other) { return equal(item, other); });
        });
        return result;
    }
    const Value first = number(left), second = number(right);
    if (!whole(first) || !whole(second)) return first.real() - second.real();
    std::int64_t result = 0;
    if (__builtin_sub_overflow(*whole(first), *whole(second), &result))
        return saturated(*whole(first) < 0);
    return result;
}

Value multiply(const Value& left, const Value& right) {
    const Value first = number(left), second = number(right);
    if (!whole(first) || !whole(second)) return first.real() * second.real();
    std::int64_t result = 0;
    if (__builtin_mul_overflow(*whole(first), *whole(second), &result))
        return saturated((*whole(first) < 0) != (*whole(second) < 0));
    return result;
}

Value divide(const Value& left, const Value& right) {
    const double by = right.real();
    return by == 0.0 ? 0.0 : left.real() / by;
}

Value negate(const Value& value) {
    return subtract(Value(std::int64_t{0}), number(value));
}

bool equal(const Value& left, const Value& right) {
    if (text(left) && text(right)) return *text(left) == *text(right);
    if (list(left) && list(right))
        return std::equal(list(left)->begin(), list(left)->end(), list(right)->begin(),
                          list(right)->end(), equal);
    const auto* first = std::get_if<Constant>(&left.get());
    const auto* second = std::get_if<Constant>(&right.get());
    if (first && second) return *first == *second;
    const auto numbers = as_numbers(left, right);
    if (!numbers) return false;
    if (whole(numbers->left) && whole(numbers->right))
        return *whole(numbers->left) == *whole(numbers->right);
    return numbers->left.real() == numbers->right.real();
}

bool less(const Value& left, const Value& right) {
    if (text(left) && text(right)) return *text(left) < *text(right);
    const auto numbers = as_numbers(left, right);
    if (!numbers) return false;
    if (whole(numbers->left) && whole(numbers->right))
        return *whole(numbers->left) < *whole(numbers->right);
    return numbers->left.real() < numbers->right.real();
}

bool less_or_equal(const Value& left, const Value& right) {
    if (list(left) || list(right)) return false;
    if (std::holds_alternative<Constant>(left.get())) return false;
    return less(left, right) || equal(left, right);
}

}  // namespace postern::expr
