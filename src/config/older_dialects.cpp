#include "config/older_dialects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "expr/nearest.hpp"

namespace postern::config {
namespace {

using expr::Comparator;
using expr::Junction;
using expr::Term;

struct Word {
    std::string_view name;
    Comparator comparator;
    bool negated;
};

// The negated ones first: of "neq" they are what was meant.
constexpr std::array comparators{
    Word{"ne", Comparator::equal_to, true},
    Word{"not-equal-to", Comparator::equal_to, true},
    Word{"not-starts-with", Comparator::starts_with, true},
    Word{"not-ends-with", Comparator::ends_with, true},
    Word{"not-in-list", Comparator::in_list, true},
    Word{"not-matches", Comparator::matches, true},
    Word{"eq", Comparator::equal_to, false},
    Word{"equal-to", Comparator::equal_to, false},
    Word{"starts-with", Comparator::starts_with, false},
    Word{"ends-with", Comparator::ends_with, false},
    Word{"in-list", Comparator::in_list, false},
    Word{"matches", Comparator::matches, false},
};

constexpr std::array<std::pair<std::string_view, Junction>, 3> junctions{{
    {"all-of", Junction::all_of},
    {"any-of", Junction::any_of},
    {"none-of", Junction::none_of},
}};

constexpr std::string_view list_prefix = "list/";

const Word* find_comparator(std::string_view key) {
    const auto found = std::find_if(comparators.begin(), comparators.end(),
                                    [&](const Word& each) { return each.name == key; });
    return found == comparators.end() ? nullptr : &*found;
}

std::optional<Junction> find_junction(std::string_view key) {
    for (const auto& [name, junction] : junctions)
        if (name == key) return junction;
    return std::nullopt;
}

bool is_comparator(std::string_view key) {
    return find_comparator(key) || find_junction(key);
}

}  // namespace

bool has_comparator(const Table& block) {
    return std::any_of(block.entries.begin(), block.entries.end(),
                       [](const auto& each) { return is_comparator(each.first); });
}

std::vector<std::string_view> comparator_names() {
    std::vector<std::string_view> names;
    for (const auto& each : comparators)
        names.push_back(each.name);
    for (const auto& [name, junction] : junctions)
        names.push_back(name);
    return names;
}

std::optional<Term> OlderCondition::read(const Table& block) {
    std::string_view key;
    const Entry* operation = nullptr;
    for (const auto& [each, entry] : block.entries) {
        if (!is_comparator(each)) continue;
        if (operation) {
            report_(entry.place, fmt::format("\"{}\" stands beside \"{}\"", each, key),
                    "one comparison a block; join several with all-of = [ ... ]");
            return std::nullopt;
        }
        key = each;
        operation = &entry;
    }
    const auto variable = block.entries.find("if");
    const bool has_if = variable != block.entries.end();
    if (const auto joined = find_junction(key)) {
        if (!has_if) return junction(*joined, operation->value);
        report_(variable->second.place, fmt::format("\"if\" stands beside \"{}\"", key),
                "its conditions stand in the list");
        return std::nullopt;
    }
    if (!has_if) {
        report_(block.place, fmt::format("\"if\" is missing beside \"{}\"", key),
                "it names what is compared: { if = \"listener\", eq = ... }");
        return std::nullopt;
    }
    const auto name = text(variable->second.value);
    if (!name) return std::nullopt;
    const Word& word = *find_comparator(key);
    return comparison(block, {*name, word.comparator, word.negated, {}}, operation->value);
}

std::optional<Term> OlderCondition::junction(Junction junction, const Value& conditions) {
    const auto* list = conditions.as<Values>();
    if (!list || list->empty()) {
        report_(
            conditions.place,
            fmt::format("{} joins no conditions", list ? "an empty list" : describe(conditions)),
            "a list of { if = ..., eq = ... } was expected");
        return std::nullopt;
    }
    std::vector<Term> terms;
    for (const auto& each : *list)
        if (auto term = inner(each)) terms.push_back(std::move(*term));
    if (terms.size() < list->size()) return std::nullopt;
    return expr::join(junction, terms);
}

std::optional<Term> OlderCondition::inner(const Value& value) {
    const Table* block = value.table();
    if (!block || !has_comparator(*block)) {
        report_(value.place, "this is no comparison",
                "write { if = \"listener\", eq = \"smtp\" } or { any-of = [ ... ] }");
        return std::nullopt;
    }
    auto known = comparator_names();
    known.emplace_back("if");
    for (const auto& [key, entry] : block->entries) {
        if (std::find(known.begin(), known.end(), key) != known.end()) continue;
        const std::string near = key == "then" ? "" : expr::did_you_mean(key, known);
        report_(entry.place, fmt::format("{} stands inside a condition", in_quotes(key)),
                near.empty() ? "\"then\" belongs to the outermost block" : near);
        return std::nullopt;
    }
    return read(*block);
}

std::optional<Term> OlderCondition::comparison(const Table& block, expr::Comparison comparison,
                                               const Value& value) {
    auto given = values(comparison.comparator, value);
    if (!given) return std::nullopt;
    comparison.values = std::move(*given);
    auto compiled = expr::compile(comparison, context_);
    if (compiled) return std::move(*compiled);
    const auto& wrong = compiled.error();
    const auto* items = value.as<Values>();
    if (!wrong.value)
        report_(block.entries.find("if")->second.value, 0, wrong.what, wrong.hint);
    else if (items && *wrong.value < items->size())
        report_((*items)[*wrong.value].place, wrong.what, wrong.hint);
    else if (comparison.comparator == expr::Comparator::in_list)
        // What it says may come from a file or the environment: nothing to be shown.
        report_(value.place,
                fmt::format("entry {} of {} cannot be compared with {}", *wrong.value + 1,
                            describe(value), in_quotes(comparison.key)),
                wrong.hint);
    else
        report_(value.place, wrong.what, wrong.hint);
    return std::nullopt;
}

std::optional<std::vector<std::string>> OlderCondition::values(Comparator comparator,
                                                               const Value& value) {
    if (comparator == Comparator::in_list) return list(value);
    if (value.as<Values>()) {
        report_(value.place, "a list is compared", "use in-list, or any-of");
        return std::nullopt;
    }
    auto one = text(value);
    if (!one) return std::nullopt;
    return std::vector{std::move(*one)};
}

std::optional<std::vector<std::string>> OlderCondition::list(const Value& value) {
    std::vector<std::string> result;
    if (const auto* items = value.as<Values>()) {
        for (const auto& item : *items)
            if (auto each = text(item)) result.push_back(std::move(*each));
        return result.size() == items->size() ? std::optional(result) : std::nullopt;
    }
    const auto reference = text(value);
    if (!reference) return std::nullopt;
    const auto& lists = report_.source().lists;
    const auto name =
        std::string_view(*reference)
            .substr(reference->starts_with(list_prefix) ? list_prefix.size() : reference->size());
    if (const auto found = lists.find(name); found != lists.end()) return found->second;
    std::vector<std::string_view> known;
    for (const auto& [each, words] : lists)
        known.push_back(each);
    const std::string near = expr::did_you_mean(name, known);
    if (name.empty())
        report_(value.place, fmt::format("{} names no list", describe(value)),
                "write \"list/NAME\" for NAME = [ ... ] in [list], or the list itself");
    else
        report_(value.place, fmt::format("there is no list {}", in_quotes(name)),
                near.empty() ? fmt::format("[list] {} = [ ... ]", name) : near);
    return std::nullopt;
}

// What is compared is a text or, with a variable that is one, a number or a truth.
std::optional<std::string> OlderCondition::text(const Value& value) {
    if (const auto* truth = value.as<bool>()) return *truth ? "true" : "false";
    if (const auto* number = value.as<std::int64_t>()) return std::to_string(*number);
    const auto* text = value.as<Text>();
    if (text && !text->has_macro) return text->written;
    if (text)
        report_(value.place, fmt::format("{} stands in an expression", in_quotes(text->written)),
                "expressions are taken as written: %{...}% works in other settings only");
    else
        report_(value.place, fmt::format("{} cannot be compared", describe(value)),
                "a text in quotes was expected");
    return std::nullopt;
}

}  // namespace postern::config
