#include "config/setting_expression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "config/older_dialects.hpp"
#include "expr/nearest.hpp"

namespace postern::config {
namespace {

constexpr std::array<std::string_view, 3> block_keys{"if", "then", "else"};

const Entry* find(const Table& block, std::string_view key) {
    const auto found = block.entries.find(key);
    return found == block.entries.end() ? nullptr : &found->second;
}

// A condition is true or false whatever the setting is, and the setting's words mean nothing in it.
expr::Context condition_of(const expr::Context& context) {
    return {.stage = context.stage, .kind = expr::Kind::boolean};
}

}  // namespace

SettingExpression::SettingExpression(Source& source, const expr::Context& context, std::string name)
    : source_(source),
      context_(context),
      condition_(condition_of(context)),
      name_(std::move(name)) {}

void SettingExpression::report(Place place, std::string what, std::string hint) {
    good_ = false;
    source_.report(place, name_ + ": " + std::move(what), std::move(hint));
}

std::optional<expr::Expression> SettingExpression::read(const Value& value) {
    const auto* list = value.as<Values>();
    const bool has_blocks = list && std::any_of(list->begin(), list->end(),
                                                [](const Value& item) { return item.table(); });
    if (has_blocks) return blocks(*list, value);
    if (const auto* table = value.table()) {
        const auto older = json_form(*table);
        report(value.place, older ? older->what : "a table is no expression",
               older ? older->hint
                     : "put { if = ..., then = ... } and { else = ... } in a list: [ ... ]");
        return std::nullopt;
    }
    auto single = term(value, context_);
    if (!single) return std::nullopt;
    return expr::Expression({}, std::move(*single));
}

std::optional<expr::Expression> SettingExpression::blocks(const Values& list, const Value& whole) {
    std::vector<expr::Expression::Branch> branches;
    std::optional<Term> otherwise;
    const Table* last = nullptr;  // the block with `else`
    for (const auto& item : list) {
        const Table* block = item.table();
        if (!block) {
            report(item.place, fmt::format("{} stands among the blocks", describe(item)),
                   "a block is { if = ..., then = ... } or { else = ... }");
        } else if (const auto older = comparator_form(*block)) {
            report(block->place, older->what, older->hint);
        } else if (!block->entries.contains("else")) {
            if (last) report(last->place, "\"else\" stands before an \"if\"", "put it at the end");
            if_block(*block, branches);
        } else if (last) {
            report(block->place, "there are two blocks with \"else\"", "keep one, at the end");
        } else {
            last = block;
            else_block(*block, otherwise);
        }
    }
    if (!last) report(whole.place, "\"else\" is missing", "end the list with { else = ... }");
    if (!good_ || !otherwise) return std::nullopt;
    return expr::Expression(std::move(branches), std::move(*otherwise));
}

bool SettingExpression::has_only_known_keys(const Table& block) {
    bool known = true;
    for (const auto& [key, entry] : block.entries) {
        if (std::find(block_keys.begin(), block_keys.end(), key) != block_keys.end()) continue;
        const std::string near = expr::did_you_mean(key, block_keys);
        report(entry.place, fmt::format("unknown key {} in a block", in_quotes(key)),
               near.empty() ? "a block has \"if\" and \"then\", or \"else\"" : near);
        known = false;
    }
    return known;
}

void SettingExpression::if_block(const Table& block,
                                 std::vector<expr::Expression::Branch>& branches) {
    const bool known = has_only_known_keys(block);
    const Entry* condition = find(block, "if");
    const Entry* result = find(block, "then");
    // With an unknown key, that one is what is missing here.
    if (known && !condition)
        report(block.place, result ? "\"if\" is missing beside \"then\"" : "the block is empty",
               "a block is { if = ..., then = ... } or { else = ... }");
    if (known && condition && !result)
        report(block.place, "\"then\" is missing", "say what holds then: { if = ..., then = ... }");
    auto when = condition ? term(condition->value, condition_) : std::nullopt;
    auto what = result ? term(result->value, context_) : std::nullopt;
    if (when && what) branches.push_back({std::move(*when), std::move(*what)});
}

void SettingExpression::else_block(const Table& block, std::optional<Term>& otherwise) {
    has_only_known_keys(block);
    for (const std::string_view key : {"if", "then"}) {
        if (const Entry* entry = find(block, key))
            report(entry->place, fmt::format("\"{}\" stands in the block with \"else\"", key),
                   "give each a block of its own");
    }
    otherwise = term(find(block, "else")->value, context_);
}

std::optional<expr::Term> SettingExpression::term(const Value& value,
                                                  const expr::Context& context) {
    if (value.as<Text>()) return expression(value, context);
    if (const auto* truth = value.as<bool>())
        return plain(value, *truth ? "true" : "false", context);
    if (const auto* number = value.as<std::int64_t>())
        return plain(value, std::to_string(*number), context);
    const auto* real = value.as<double>();
    if (real && std::isfinite(*real)) return plain(value, fmt::format("{:f}", *real), context);
    const auto* list = value.as<Values>();
    if (list && context.kind == expr::Kind::constants) return words(*list, context);
    report(value.place, fmt::format("{} is no expression", describe(value)),
           list ? "one value, or a list of { if = ..., then = ... } was expected"
                : "write true, false, a number or an expression in quotes");
    return std::nullopt;
}

std::optional<expr::Term> SettingExpression::plain(const Value& value, const std::string& text,
                                                   const expr::Context& context) {
    auto compiled = Term::compile(text, context);
    if (compiled) return std::move(*compiled);
    report(value.place, compiled.error().what, compiled.error().hint);
    return std::nullopt;
}

std::optional<expr::Term> SettingExpression::expression(const Value& value,
                                                        const expr::Context& context) {
    const Text& text = *value.as<Text>();
    if (text.has_macro) {
        report(value.place, fmt::format("{} stands in an expression", in_quotes(text.written)),
               "expressions are taken as written: %{...}% works in other settings only");
        return std::nullopt;
    }
    const bool may_be_empty =
        context.kind == expr::Kind::text || context.kind == expr::Kind::constants;
    if (text.written.empty() && may_be_empty) return Term::constant("");
    auto compiled = Term::compile(text.written, context);
    if (compiled) return std::move(*compiled);
    const auto& error = compiled.error();
    report(source_.is_full() ? value.place : source_.place_in(value, error.offset), error.what,
           error.hint);
    return std::nullopt;
}

// ["plain", "login"]: the words themselves, no expressions.
std::optional<expr::Term> SettingExpression::words(const Values& list,
                                                   const expr::Context& context) {
    const std::vector<std::string_view> known(context.constants.begin(), context.constants.end());
    expr::List result;
    bool all = true;
    for (const auto& item : list) {
        const auto* text = item.as<Text>();
        if (text && std::find(known.begin(), known.end(), text->written) != known.end()) {
            result.emplace_back(expr::Constant{text->written});
            continue;
        }
        all = false;
        const std::string near = text ? expr::did_you_mean(text->written, known) : "";
        report(item.place, fmt::format("{} is not known here", describe(item)),
               near.empty() ? fmt::format("the words known here are {}", fmt::join(known, ", "))
                            : near);
    }
    if (!all) return std::nullopt;
    return Term::constant(expr::Value(std::move(result)));
}

}  // namespace postern::config
