#include "config/tree.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::config {
namespace {

constexpr std::size_t longest_quotation = 60;

bool is_bare_key(std::string_view key) {
    return !key.empty() && key.find_first_not_of(
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                               "0123456789_-") == key.npos;
}

}  // namespace

Table* Value::table() const {
    const auto* table = as<std::shared_ptr<Table>>();
    return table ? table->get() : nullptr;
}

bool Value::is_list_of_tables() const {
    const auto* list = as<Values>();
    return list && !list->empty() &&
           std::all_of(list->begin(), list->end(), [](const Value& item) { return item.table(); });
}

std::string in_quotes(std::string_view text) {
    if (text.size() <= longest_quotation) return fmt::format("\"{}\"", text);
    std::size_t end = longest_quotation;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
        --end;
    return fmt::format("\"{}...\"", text.substr(0, end));
}

std::string describe(const Value& value) {
    if (const auto* text = value.as<Text>()) return "the text " + in_quotes(text->written);
    if (const auto* truth = value.as<bool>()) return *truth ? "true" : "false";
    if (const auto* number = value.as<std::int64_t>()) return fmt::format("the number {}", *number);
    if (const auto* number = value.as<double>()) return fmt::format("the number {}", *number);
    return describe_type(value);
}

std::string describe_type(const Value& value) {
    if (value.as<Text>()) return "a text";
    if (value.as<bool>()) return "true or false";
    if (value.as<std::int64_t>() || value.as<double>()) return "a number";
    if (value.as<Date>()) return "a date";
    if (value.as<Null>()) return "null";
    return value.as<Values>() ? "a list" : "a table";
}

std::string dotted(std::string_view name, std::string_view key) {
    const std::string last = is_bare_key(key) ? std::string(key) : in_quotes(key);
    return name.empty() ? last : fmt::format("{}.{}", name, last);
}

}  // namespace postern::config
