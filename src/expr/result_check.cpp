#include "expr/result_check.hpp"

#include <fmt/format.h>

#include <cmath>

namespace postern::expr {
namespace {

using Objection = std::optional<Error>;

bool is_false(const Node& node) {
    return node.literal() && node.type == Type::boolean && !node.literal()->truth();
}

bool is_empty_text(const Node& node) {
    return node.literal() && node.type == Type::text && !node.literal()->truth();
}

// What a division gives is real even where nothing is left over.
bool is_whole(const Value& value) {
    return value.real() == std::floor(value.real());
}

Objection wrong(const Node& node, std::string_view wanted, std::string hint) {
    return Error{node.offset, fmt::format("this is {}, {} is needed", type_name(node.type), wanted),
                 std::move(hint)};
}

Objection check_boolean(const Node& node) {
    const Value* literal = node.literal();
    if (!literal || node.type == Type::boolean) return std::nullopt;
    const auto* number = std::get_if<std::int64_t>(&literal->get());
    if (number && node.type == Type::integer && (*number == 0 || *number == 1)) return std::nullopt;
    return wrong(node, type_name(Type::boolean), "write true, false or a comparison");
}

Objection check_number(const Node& node, Type wanted) {
    const Value* literal = node.literal();
    const bool right = node.type == Type::integer || node.type == wanted ||
                       node.type == Type::any ||
                       (node.type == Type::real && (!literal || is_whole(*literal)));
    const std::string hint =
        wanted == Type::duration ? "write 500ms, 5s, 2m, 1h or 1d" : "write a number";
    if (!right) return wrong(node, type_name(wanted), hint);
    if (wanted == Type::duration && literal && literal->integer() < 0)
        return Error{node.offset, "a duration is never negative", hint};
    return std::nullopt;
}

Objection check_text(const Node& node, const Context& context) {
    if (node.type == Type::text || node.type == Type::any) return std::nullopt;
    if (context.false_means_none && is_false(node)) return std::nullopt;
    const Value* literal = node.literal();
    if (literal && node.type != Type::list && node.type != Type::boolean)
        return wrong(node, type_name(Type::text),
                     fmt::format("a text stands in quotes of its own: \"'{}'\"", literal->text()));
    if (node.type == Type::boolean && !literal)
        return wrong(node, type_name(Type::text), "use if_then(condition, 'one', 'other')");
    return wrong(node, type_name(Type::text),
                 context.false_means_none ? "write a text in quotes of its own, or false"
                                          : "write a text in quotes of its own");
}

Objection check_constant(const Node& node, const Context& context) {
    if (node.type == Type::constant || node.type == Type::any) return std::nullopt;
    const Value* literal = node.literal();
    std::string hint =
        fmt::format("the words known here are {}", fmt::join(context.constants, ", "));
    if (literal && node.type == Type::text)
        hint = fmt::format("words stand without quotes: {}", literal->text());
    return wrong(node, "a list of words", std::move(hint));
}

Objection check_constants(const Node& node, const Context& context) {
    if (is_false(node) || is_empty_text(node)) return std::nullopt;
    if (node.type != Type::list) return check_constant(node, context);
    const bool written_here = node.literal() || std::holds_alternative<ListOf>(node.what);
    if (!written_here) return std::nullopt;
    for (const auto& item : node.operands)
        if (auto objection = check_constant(item, context)) return objection;
    return std::nullopt;
}

}  // namespace

std::optional<Error> check_result(const Node& node, const Context& context) {
    if (std::holds_alternative<Choice>(node.what)) {
        auto objection = check_result(node.operands[1], context);
        return objection ? objection : check_result(node.operands[2], context);
    }
    switch (context.kind) {
        case Kind::boolean:
            return check_boolean(node);
        case Kind::integer:
            return check_number(node, Type::integer);
        case Kind::duration:
            return check_number(node, Type::duration);
        case Kind::text:
            return check_text(node, context);
        case Kind::constants:
            return check_constants(node, context);
    }
    return std::nullopt;
}

std::optional<List> possible_results(const Node& node) {
    if (node.literal()) return List{*node.literal()};
    if (!std::holds_alternative<Choice>(node.what)) return std::nullopt;
    auto first = possible_results(node.operands[1]);
    const auto second = possible_results(node.operands[2]);
    if (!first || !second) return std::nullopt;
    first->insert(first->end(), second->begin(), second->end());
    return first;
}

}  // namespace postern::expr
