// What an expression comes to, and how it reads as truth, number, text or list.
#include <fmt/format.h>

#include <cmath>

#include "expr/expression.hpp"
#include "expr/operations.hpp"

namespace postern::expr {
namespace {

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

std::int64_t to_integer(double number) {
    if (std::isnan(number)) return 0;
    if (number >= 9223372036854775807.0) return std::numeric_limits<std::int64_t>::max();
    if (number <= -9223372036854775808.0) return std::numeric_limits<std::int64_t>::min();
    return static_cast<std::int64_t>(number);
}

std::string joined(const List& list) {
    std::string result;
    for (const auto& item : list) {
        if (&item != &list.front()) result += "\r\n";
        result += item.text();
    }
    return result;
}

}  // namespace

Value::Value(List list) : value_(std::move(list)) {}

bool Value::truth() const {
    return std::visit(Overloaded{[](std::int64_t number) { return number != 0; },
                                 [](double number) { return number != 0.0; },
                                 [](const std::string& text) { return !text.empty(); },
                                 [](const Constant&) { return true; },
                                 [](const List& list) { return !list.empty(); }},
                      value_);
}

std::int64_t Value::integer() const {
    if (const auto* number = std::get_if<std::int64_t>(&value_)) return *number;
    if (const auto* number = std::get_if<double>(&value_)) return to_integer(*number);
    const auto* text = std::get_if<std::string>(&value_);
    const auto number = text ? parse_number(*text) : std::nullopt;
    return number ? number->integer() : 0;
}

double Value::real() const {
    if (const auto* number = std::get_if<double>(&value_)) return *number;
    if (const auto* number = std::get_if<std::int64_t>(&value_))
        return static_cast<double>(*number);
    const auto* text = std::get_if<std::string>(&value_);
    const auto number = text ? parse_number(*text) : std::nullopt;
    return number ? number->real() : 0.0;
}

std::string Value::text() const {
    return std::visit(Overloaded{[](const std::string& text) { return text; },
                                 [](const Constant& constant) { return constant.name; },
                                 [](const List& list) { return joined(list); },
                                 [](std::int64_t number) { return std::to_string(number); },
                                 [](double number) { return fmt::format("{}", number); }},
                      value_);
}

List Value::items() const {
    if (const auto* list = std::get_if<List>(&value_)) return *list;
    const auto* number = std::get_if<std::int64_t>(&value_);
    const auto* text = std::get_if<std::string>(&value_);
    if ((number && *number == 0) || (text && text->empty())) return {};
    return {*this};
}

}  // namespace postern::expr
