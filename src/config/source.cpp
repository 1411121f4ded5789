#include "config/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <tuple>

namespace postern::config {
namespace {

constexpr std::size_t most_findings = 200;

bool continues_character(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// Keys and values may hold anything; a terminal gets none of its control characters.
std::string printable(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < ' ' || octet == 0x7f)
            result += fmt::format("\\x{:02x}", octet);
        else
            result += c;
    }
    return result;
}

// The octets of the text that the characters at `rest` stand for, and how many characters those
// are.
struct Step {
    std::size_t characters = 1, octets = 1;
};

Step escape(std::string_view rest) {
    const char kind = rest.size() > 1 ? rest[1] : '\0';
    const std::size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    if (digits == 0) return {2, 1};
    std::uint32_t code = 0;
    const auto number = rest.substr(2, digits);
    std::from_chars(number.data(), number.data() + number.size(), code, 16);
    return {2 + digits, code < 0x80 ? 1u : code < 0x800 ? 2u : code < 0x10000 ? 3u : 4u};
}

}  // namespace

std::string Problem::text() const {
    const std::string where = line == 0 ? file : fmt::format("{}:{}:{}", file, line, column);
    return hint.empty() ? fmt::format("{}: {}", where, what)
                        : fmt::format("{}: {}; {}", where, what, hint);
}

void Source::report_unreadable(Place place, std::string what) {
    report(place, std::move(what), "");
    unreadable_.push_back(place);
}

void Source::report(Place place, std::string what, std::string hint) {
    if (is_full() || std::ranges::find(unreadable_, place) != unreadable_.end()) return;
    if (findings.size() == most_findings) {
        findings.push_back({Place{files.size(), 0, 0}, "there are more mistakes than these", ""});
        return;
    }
    what = printable(what);
    const bool known = std::any_of(findings.begin(), findings.end(), [&](const Finding& other) {
        return std::tie(other.place.file, other.place.line, other.place.column, other.what) ==
               std::tie(place.file, place.line, place.column, what);
    });
    if (!known) findings.push_back({place, std::move(what), printable(hint)});
}

bool Source::is_full() const {
    return findings.size() > most_findings;
}

std::vector<Problem> Source::problems() const {
    std::vector<Finding> sorted = findings;
    std::sort(sorted.begin(), sorted.end(), [](const Finding& left, const Finding& right) {
        return std::tie(left.place.file, left.place.line, left.place.column, left.what) <
               std::tie(right.place.file, right.place.line, right.place.column, right.what);
    });
    std::vector<Problem> result;
    for (auto& each : sorted) {
        const bool in_file = each.place.file < files.size();
        result.push_back({in_file ? files[each.place.file].name : "settings", each.place.line,
                          each.place.column, std::move(each.what), std::move(each.hint)});
    }
    return result;
}

std::string Source::name_of(Place place) const {
    return fmt::format("{}:{}:{}", files[place.file].name, place.line, place.column);
}

std::string_view Source::line(Place place) const {
    std::string_view rest = files[place.file].content;
    for (unsigned number = 1; number < place.line; ++number) {
        const auto end = rest.find('\n');
        if (end == rest.npos) return {};
        rest.remove_prefix(end + 1);
    }
    return rest.substr(0, rest.find('\n'));
}

Place Source::place_in(const Value& text, std::size_t offset) const {
    if (const auto* words = text.as<Text>(); !words || !words->is_literal) return text.place;
    std::string_view rest = line(text.place);
    for (unsigned column = 1; column < text.place.column && !rest.empty(); ++column) {
        rest.remove_prefix(1);
        while (!rest.empty() && continues_character(rest.front()))
            rest.remove_prefix(1);
    }
    if (rest.empty() || (rest[0] != '"' && rest[0] != '\'')) return text.place;
    const char quote = rest[0];
    if (rest.starts_with(std::string(3, quote))) return text.place;
    Place place = text.place;
    ++place.column;
    rest.remove_prefix(1);
    for (std::size_t octets = 0; octets < offset && !rest.empty() && rest[0] != quote;) {
        const Step step = quote == '"' && rest[0] == '\\' ? escape(rest) : Step{};
        octets += step.octets;
        for (std::size_t i = 0; i < step.characters && !rest.empty(); ++i) {
            if (!continues_character(rest[0])) ++place.column;
            rest.remove_prefix(1);
        }
    }
    return place;
}

}  // namespace postern::config
