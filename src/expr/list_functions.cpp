// Functions that make lists out of texts, and those about lists.
#include <algorithm>
#include <array>
#include <limits>

#include "expr/functions.hpp"
#include "expr/operations.hpp"
#include "expr/text.hpp"

namespace postern::expr {
namespace {

// At most `most` pieces, the last one with all that is left. An empty separator divides nothing.
List pieces(std::string_view text, std::string_view separator, std::size_t most) {
    List result;
    while (!separator.empty() && result.size() + 1 < most) {
        const auto at = text.find(separator);
        if (at == text.npos) break;
        result.emplace_back(std::string(text.substr(0, at)));
        text.remove_prefix(at + separator.size());
    }
    result.emplace_back(std::string(text));
    return result;
}

constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

Value split(Arguments of) {
    return pieces(of[0].text(), of[1].text(), all);
}

Value rsplit(Arguments of) {
    List result = pieces(of[0].text(), of[1].text(), all);
    std::reverse(result.begin(), result.end());
    return result;
}

Value split_n(Arguments of) {
    const auto most = of[2].integer();
    if (most <= 0) return List{};
    return pieces(of[0].text(), of[1].text(), static_cast<std::size_t>(most));
}

// Before and after the separator at `at`; '' when there is none.
Value halves(const std::string& text, const std::string& separator, std::size_t at) {
    if (separator.empty() || at == std::string::npos) return "";
    return List{text.substr(0, at), text.substr(at + separator.size())};
}

Value split_once(Arguments of) {
    const std::string text = of[0].text(), separator = of[1].text();
    return halves(text, separator, text.find(separator));
}

Value rsplit_once(Arguments of) {
    const std::string text = of[0].text(), separator = of[1].text();
    return halves(text, separator, text.rfind(separator));
}

// Words of letters and digits only; letters outside ASCII count.
Value split_words(Arguments of) {
    const std::string text = of[0].text();
    const auto belongs = [](char c) {
        return is_upper(c) || is_lower(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80;
    };
    List result;
    for (auto begin = text.begin(); begin != text.end();) {
        begin = std::find_if_not(begin, text.end(), is_space);
        const auto end = std::find_if(begin, text.end(), is_space);
        if (begin != end && std::all_of(begin, end, belongs))
            result.emplace_back(std::string(begin, end));
        begin = end;
    }
    return result;
}

Value lines(Arguments of) {
    const std::string text = of[0].text();
    if (text.empty()) return List{};
    List result;
    for (const auto& piece : pieces(text, "\n", all)) {
        std::string line = piece.text();
        if (line.ends_with('\r')) line.pop_back();
        result.emplace_back(std::move(line));
    }
    if (text.back() == '\n') result.pop_back();
    return result;
}

bool is_member(const Value& item, const List& list) {
    return std::any_of(list.begin(), list.end(),
                       [&](const Value& other) { return equal(item, other); });
}

Value count(Arguments of) {
    return static_cast<std::int64_t>(of[0].items().size());
}

Value dedup(Arguments of) {
    List result;
    for (auto& item : of[0].items())
        if (!is_member(item, result)) result.push_back(std::move(item));
    return result;
}

Value winnow(Arguments of) {
    List result = of[0].items();
    std::erase_if(result, [](const Value& item) { return !item.truth(); });
    return result;
}

Value is_intersect(Arguments of) {
    const List left = of[0].items(), right = of[1].items();
    return std::any_of(left.begin(), left.end(),
                       [&](const Value& item) { return is_member(item, right); });
}

// sort(list, ascending?): numbers by size when all are numbers, texts otherwise.
Value sort(Arguments of) {
    List result = of[0].items();
    const bool numbers = std::none_of(result.begin(), result.end(), [](const Value& item) {
        return !std::holds_alternative<std::int64_t>(item.get());
    });
    std::sort(result.begin(), result.end(), [&](const Value& left, const Value& right) {
        const Value& first = of[1].truth() ? left : right;
        const Value& second = of[1].truth() ? right : left;
        return numbers ? first.integer() < second.integer() : first.text() < second.text();
    });
    return result;
}

constexpr std::array functions{
    Function{"count", 1, Type::integer, count},
    Function{"dedup", 1, Type::list, dedup},
    Function{"is_intersect", 2, Type::boolean, is_intersect},
    Function{"lines", 1, Type::list, lines},
    Function{"rsplit", 2, Type::list, rsplit},
    Function{"rsplit_once", 2, Type::any, rsplit_once},
    Function{"sort", 2, Type::list, sort},
    Function{"split", 2, Type::list, split},
    Function{"split_n", 3, Type::list, split_n},
    Function{"split_once", 2, Type::any, split_once},
    Function{"split_words", 1, Type::list, split_words},
    Function{"winnow", 1, Type::list, winnow},
};

}  // namespace

std::span<const Function> list_functions() {
    return functions;
}

}  // namespace postern::expr
