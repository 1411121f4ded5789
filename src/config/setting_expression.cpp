#include "config/setting_expression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "config/json_form.hpp"
#include "config/older_dialects.hpp"
#include "expr/comparison.hpp"
#include "expr/nearest.hpp"

namespace postern::config {
namespace {

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
    : report_(source, std::move(name)), context_(context), condition_(condition_of(context)) {}

std::optional<expr::Expression> SettingExpression::read(const Value& value) {
    const auto* list = value.as<Values>();
    const bool has_blocks = list && std::any_of(list->begin(), list->end(),
                                                [](const Value& item) { return item.table(); });
    if (has_blocks) return list_form(*list, value);
    if (const auto* table = value.table()) return match_form(*table, value);
    const auto* written = value.as<Text>();
    if (written && looks_like_json(written->written)) {
        const auto parsed = has_macro(value) ? std::nullopt : read_json(value, report_);
        return parsed ? match_form(*parsed->table(), *parsed) : std::nullopt;
    }
    auto single = term(value, context_);
    if (!single) return std::nullopt;
    return expr::Expression({}, std::move(*single));
}

std::optional<expr::Expression> SettingExpression::list_form(const Values& list,
                                                             const Value& whole) {
    std::vector<const Value*> blocks;
    const Value* otherwise = nullptr;
    const Table* last = nullptr;  // the block with `else`
    for (const auto& item : list) {
        const Table* block = item.table();
        if (!block || !block->entries.contains("else")) {
            if (block && last)
                report_(last->place, "\"else\" stands before an \"if\"", "put it at the end");
            blocks.push_back(&item);
        } else if (last) {
            report_(block->place, "there are two blocks with \"else\"", "keep one, at the end");
        } else {
            last = block;
            otherwise = else_block(*block);
        }
    }
    if (!last) report_(whole.place, "\"else\" is missing", "end the list with { else = ... }");
    return rule(blocks, otherwise);
}

std::optional<expr::Expression> SettingExpression::match_form(const Table& table,
                                                              const Value& whole) {
    const Entry* match = find(table, "match");
    const Entry* otherwise = find(table, "else");
    if (!match) {
        report_(whole.place, "a table is no expression",
                "put { if = ..., then = ... } and { else = ... } in a list: [ ... ]");
        return std::nullopt;
    }
    for (const auto& [key, entry] : table.entries)
        if (&entry != match && &entry != otherwise)
            report_(entry.place, fmt::format("unknown key {} beside \"match\"", in_quotes(key)),
                    "there is \"match\" and \"else\"");
    if (!otherwise) report_(whole.place, "\"else\" is missing", "write it beside \"match\"");
    const auto blocks = match_blocks(match->value, report_);
    if (!blocks) return std::nullopt;
    return rule(*blocks, otherwise ? &otherwise->value : nullptr);
}

// One list is of one dialect, so that it is plain what the text behind `else` is.
std::optional<expr::Expression> SettingExpression::rule(const std::vector<const Value*>& blocks,
                                                        const Value* otherwise) {
    const bool older = std::any_of(blocks.begin(), blocks.end(), [](const Value* each) {
        return each->table() && has_comparator(*each->table());
    });
    const Dialect dialect = older ? Dialect::comparators : Dialect::expressions;
    Branches branches;
    for (const Value* each : blocks) {
        if (each->table())
            if_block(*each->table(), dialect, branches);
        else
            report_(each->place, fmt::format("{} stands among the blocks", describe(*each)),
                    "a block is { if = ..., then = ... } or { else = ... }");
    }
    auto last = otherwise ? result(*otherwise, dialect, 0) : std::nullopt;
    if (!report_.is_good() || !last) return std::nullopt;
    return expr::Expression(std::move(branches), std::move(*last));
}

bool SettingExpression::has_only_known_keys(const Table& block) {
    auto all = comparator_names();
    all.insert(all.begin(), {"if", "then", "else"});
    bool known = true;
    for (const auto& [key, entry] : block.entries) {
        if (std::find(all.begin(), all.end(), key) != all.end()) continue;
        const std::string near = expr::did_you_mean(key, all);
        report_(entry.place, fmt::format("unknown key {} in a block", in_quotes(key)),
                near.empty() ? "a block has \"if\" and \"then\", or \"else\"" : near);
        known = false;
    }
    return known;
}

void SettingExpression::if_block(const Table& block, Dialect dialect, Branches& branches) {
    const bool known = has_only_known_keys(block);
    const bool compares = has_comparator(block);
    const Entry* condition = find(block, "if");
    const Entry* then = find(block, "then");
    // With an unknown key, that one is what is missing here.
    if (known && !condition && !compares)
        report_(block.place, then ? "\"if\" is missing beside \"then\"" : "the block is empty",
                "a block is { if = ..., then = ... } or { else = ... }");
    if (known && (condition || compares) && !then)
        report_(block.place, "\"then\" is missing",
                "say what holds then: { if = ..., then = ... }");
    if (known && condition && !compares && dialect == Dialect::comparators)
        report_(block.place, "this block is of another form than the others",
                "compare it as they do, or write all of them as expressions");
    auto when = compares    ? OlderCondition(condition_, report_).read(block)
                : condition ? term(condition->value, condition_)
                            : std::nullopt;
    // What a condition with a mistake would capture, nobody knows.
    const auto captures = when ? when->captures() : std::numeric_limits<std::size_t>::max();
    auto what = then ? result(then->value, dialect, captures) : std::nullopt;
    if (when && what) branches.push_back({std::move(*when), std::move(*what)});
}

const Value* SettingExpression::else_block(const Table& block) {
    has_only_known_keys(block);
    for (const std::string_view key : {"if", "then"}) {
        if (const Entry* entry = find(block, key))
            report_(entry->place, fmt::format("\"{}\" stands in the block with \"else\"", key),
                    "give each a block of its own");
    }
    return &find(block, "else")->value;
}

std::optional<expr::Term> SettingExpression::result(const Value& value, Dialect dialect,
                                                    std::size_t captures) {
    expr::Context context = context_;
    context.captures = captures;
    if (dialect == Dialect::comparators && value.as<Text>()) return text(value, context);
    return term(value, context);
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
    report_(value.place, fmt::format("{} is no expression", describe(value)),
            list ? "one value, or a list of { if = ..., then = ... } was expected"
                 : "write true, false, a number or an expression in quotes");
    return std::nullopt;
}

std::optional<expr::Term> SettingExpression::plain(const Value& value, const std::string& text,
                                                   const expr::Context& context) {
    auto compiled = Term::compile(text, context);
    if (compiled) return std::move(*compiled);
    report_(value.place, compiled.error().what, compiled.error().hint);
    return std::nullopt;
}

bool SettingExpression::has_macro(const Value& value) {
    const Text& text = *value.as<Text>();
    if (text.has_macro)
        report_(value.place, fmt::format("{} stands in an expression", in_quotes(text.written)),
                "expressions are taken as written: %{...}% works in other settings only");
    return text.has_macro;
}

std::optional<expr::Term> SettingExpression::expression(const Value& value,
                                                        const expr::Context& context) {
    if (has_macro(value)) return std::nullopt;
    const std::string& written = value.as<Text>()->written;
    const bool may_be_empty =
        context.kind == expr::Kind::text || context.kind == expr::Kind::constants;
    if (written.empty() && may_be_empty) return Term::constant("");
    auto compiled = Term::compile(written, context);
    if (compiled) return std::move(*compiled);
    report_(value, compiled.error().offset, compiled.error().what, compiled.error().hint);
    return std::nullopt;
}

// The `then` of the older dialect: a text, or a word, as it stands. Numbers, durations and truths
// are the same in both.
std::optional<expr::Term> SettingExpression::text(const Value& value,
                                                  const expr::Context& context) {
    const std::string& written = value.as<Text>()->written;
    if (context.kind == expr::Kind::constants && !written.empty())
        return words({&value, 1}, context);
    if (context.kind != expr::Kind::text || written.empty()) return expression(value, context);
    if (has_macro(value)) return std::nullopt;
    if (written.size() > 1 && written.front() == '\'' && written.back() == '\'') {
        report_(value.place, fmt::format("{} has quotes of its own", in_quotes(written)),
                "beside eq, ne and the like a text stands as it is");
        return std::nullopt;
    }
    auto compiled = expr::compile_template(written, context);
    if (compiled) return std::move(*compiled);
    report_(value, compiled.error().offset, compiled.error().what, compiled.error().hint);
    return std::nullopt;
}

// ["plain", "login"]: the words themselves, no expressions.
std::optional<expr::Term> SettingExpression::words(std::span<const Value> list,
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
        report_(item.place, fmt::format("{} is not known here", describe(item)),
                near.empty() ? fmt::format("the words known here are {}", fmt::join(known, ", "))
                             : near);
    }
    if (!all) return std::nullopt;
    return Term::constant(expr::Value(std::move(result)));
}

}  // namespace postern::config
