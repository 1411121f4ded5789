// Functions about texts. Those that turn one text into another do so with every item of a list.
#include <algorithm>
#include <array>

#include "crypto/digest.hpp"
#include "expr/functions.hpp"
#include "expr/operations.hpp"
#include "expr/text.hpp"

namespace postern::expr {
namespace {

std::string trimmed_start(std::string text) {
    return {std::find_if_not(text.begin(), text.end(), is_space), text.end()};
}

std::string trimmed_end(std::string text) {
    while (!text.empty() && is_space(text.back()))
        text.pop_back();
    return text;
}

Value trim(Arguments of) {
    return each_text(of[0], [](std::string text) { return trimmed_end(trimmed_start(text)); });
}

Value strip_prefix(Arguments of) {
    const std::string prefix = of[1].text();
    return each_text(of[0], [&](const std::string& text) {
        return text.starts_with(prefix) ? text.substr(prefix.size()) : std::string();
    });
}

Value strip_suffix(Arguments of) {
    const std::string suffix = of[1].text();
    return each_text(of[0], [&](const std::string& text) {
        return text.ends_with(suffix) ? text.substr(0, text.size() - suffix.size()) : std::string();
    });
}

// Octets of a text, items of a list.
Value len(Arguments of) {
    const auto* list = std::get_if<List>(&of[0].get());
    return static_cast<std::int64_t>(list ? list->size() : of[0].text().size());
}

// substring(text, start, count), in characters.
Value substring(Arguments of) {
    const std::string text = of[0].text();
    const auto skip = std::max<std::int64_t>(of[1].integer(), 0);
    const auto take = std::max<std::int64_t>(of[2].integer(), 0);
    std::string result;
    std::int64_t characters = 0;
    for (const char c : text) {
        if (begins_character(c) && ++characters - skip > take) break;
        if (characters > skip) result += c;
    }
    return result;
}

template <class Predicate>
Value count_if(const Value& value, Predicate counts) {
    const std::string text = value.text();
    return static_cast<std::int64_t>(std::count_if(text.begin(), text.end(), counts));
}

template <class Predicate>
bool any_of(const Value& value, Predicate is) {
    const std::string text = value.text();
    return std::any_of(text.begin(), text.end(), is);
}

// A text has a part, a list an item.
Value contains(Arguments of) {
    const auto* list = std::get_if<List>(&of[0].get());
    if (!list) return of[0].text().find(of[1].text()) != std::string::npos;
    return std::any_of(list->begin(), list->end(),
                       [&](const Value& item) { return equal(item, of[1]); });
}

Value contains_ignore_case(Arguments of) {
    const std::string wanted = lower(of[1].text());
    const auto* list = std::get_if<List>(&of[0].get());
    if (!list) return lower(of[0].text()).find(wanted) != std::string::npos;
    return std::any_of(list->begin(), list->end(),
                       [&](const Value& item) { return lower(item.text()) == wanted; });
}

Value is_empty(Arguments of) {
    const auto* list = std::get_if<List>(&of[0].get());
    const auto* text = std::get_if<std::string>(&of[0].get());
    return (list && list->empty()) || (text && text->empty());
}

Value is_number(Arguments of) {
    return std::holds_alternative<std::int64_t>(of[0].get()) ||
           std::holds_alternative<double>(of[0].get());
}

Value hash(Arguments of) {
    const std::string algorithm = of[1].text();
    return each_text(of[0], [&](const std::string& text) {
        return crypto::digest_hex(algorithm, text).value_or("");
    });
}

std::optional<Function::Objection> check_hash(Function::Known known) {
    if (!known[1] || crypto::digest_hex(known[1]->text(), "")) return std::nullopt;
    return Function::Objection{1, "there is no hash \"" + known[1]->text() + "\"",
                               "'md5', 'sha1', 'sha256' or 'sha512'"};
}

constexpr std::array functions{
    Function{"contains", 2, Type::boolean, contains},
    Function{"contains_ignore_case", 2, Type::boolean, contains_ignore_case},
    Function{"count_chars", 1, Type::integer,
             [](Arguments of) { return count_if(of[0], begins_character); }},
    Function{"count_lowercase", 1, Type::integer,
             [](Arguments of) { return count_if(of[0], is_lower); }},
    Function{"count_spaces", 1, Type::integer,
             [](Arguments of) { return count_if(of[0], is_space); }},
    Function{"count_uppercase", 1, Type::integer,
             [](Arguments of) { return count_if(of[0], is_upper); }},
    Function{"ends_with", 2, Type::boolean,
             [](Arguments of) { return Value(of[0].text().ends_with(of[1].text())); }},
    Function{"eq_ignore_case", 2, Type::boolean,
             [](Arguments of) { return Value(lower(of[0].text()) == lower(of[1].text())); }},
    Function{"has_digits", 1, Type::boolean,
             [](Arguments of) { return Value(any_of(of[0], is_digit)); }},
    Function{"hash", 2, Type::any, hash, check_hash},
    Function{"is_empty", 1, Type::boolean, is_empty},
    Function{"is_lowercase", 1, Type::boolean,
             [](Arguments of) { return Value(!any_of(of[0], is_upper)); }},
    Function{"is_number", 1, Type::boolean, is_number},
    Function{"is_uppercase", 1, Type::boolean,
             [](Arguments of) { return Value(!any_of(of[0], is_lower)); }},
    Function{"len", 1, Type::integer, len},
    Function{"starts_with", 2, Type::boolean,
             [](Arguments of) { return Value(of[0].text().starts_with(of[1].text())); }},
    Function{"strip_prefix", 2, Type::any, strip_prefix},
    Function{"strip_suffix", 2, Type::any, strip_suffix},
    Function{"substring", 3, Type::text, substring},
    Function{"to_lowercase", 1, Type::any, [](Arguments of) { return each_text(of[0], lower); }},
    Function{"to_uppercase", 1, Type::any, [](Arguments of) { return each_text(of[0], upper); }},
    Function{"trim", 1, Type::any, trim},
    Function{"trim_end", 1, Type::any, [](Arguments of) { return each_text(of[0], trimmed_end); }},
    Function{"trim_start", 1, Type::any,
             [](Arguments of) { return each_text(of[0], trimmed_start); }},
};

}  // namespace

std::span<const Function> text_functions() {
    return functions;
}

}  // namespace postern::expr
