#include <algorithm>

#include "expr/node.hpp"
#include "expr/operations.hpp"

namespace postern::expr {
namespace {

Value binary(Operator op, const Value& left, const Value& right) {
    switch (op) {
        case Operator::multiply:
            return multiply(left, right);
        case Operator::divide:
            return divide(left, right);
        case Operator::add:
            return add(left, right);
        case Operator::subtract:
            return subtract(left, right);
        case Operator::less:
            return less(left, right);
        case Operator::less_equal:
            return less_or_equal(left, right);
        case Operator::greater:
            return less(right, left);
        case Operator::greater_equal:
            return less_or_equal(right, left);
        case Operator::equal:
            return equal(left, right);
        case Operator::not_equal:
            return !equal(left, right);
        case Operator::exclusive_or:
            return left.truth() != right.truth();
        default:
            return {};  // the others are no binary operators
    }
}

// One overload per kind of node.
struct Evaluation {
    const Node& node;
    Scope& scope;

    Value operand(std::size_t i) const { return evaluate(node.operands[i], scope); }

    Value operator()(const Literal& literal) const { return literal.value; }
    Value operator()(const VariableReference& reference) const {
        return scope.variables.value(reference.variable);
    }
    Value operator()(const AttributeReference& reference) const {
        return scope.variables.attribute(reference.name);
    }
    Value operator()(const Operation& operation) const {
        switch (operation.op) {
            case Operator::invert:
                return !operand(0).truth();
            case Operator::negate:
                return negate(operand(0));
            case Operator::both:
                return !any_operand(false);
            case Operator::either:
                return any_operand(true);
            default:
                return binary(operation.op, operand(0), operand(1));
        }
    }
    Value operator()(const ListOf&) const { return all_operands(); }
    Value operator()(const Index&) const {
        const List list = operand(0).items();
        const std::int64_t index = operand(1).integer();
        const bool inside = index >= 0 && static_cast<std::uint64_t>(index) < list.size();
        return inside ? list[static_cast<std::size_t>(index)] : Value("");
    }
    Value operator()(const Choice&) const { return operand(operand(0).truth() ? 1 : 2); }
    Value operator()(const Match& match) const {
        const std::string text = operand(0).text();
        const auto groups = static_cast<std::size_t>(match.pattern->NumberOfCapturingGroups()) + 1;
        std::vector<re2::StringPiece> found(groups);
        scope.captures.clear();
        if (!match.pattern->Match(text, 0, text.size(), RE2::UNANCHORED, found.data(),
                                  static_cast<int>(groups)))
            return false;
        for (const auto& each : found)
            scope.captures.emplace_back(each.data() ? each.data() : "", each.size());
        return true;
    }
    Value operator()(const Capture& capture) const {
        return capture.number < scope.captures.size() ? scope.captures[capture.number] : "";
    }
    Value operator()(const Membership& list) const {
        return find([&](const std::string& text) { return list.texts->contains(text); });
    }
    Value operator()(const Affix& affix) const {
        return find([&](const std::string& text) {
            return affix.at_end ? text.ends_with(affix.text) : text.starts_with(affix.text);
        });
    }
    Value operator()(const Within& within) const {
        return find([&](const std::string& text) {
            const auto address = IpAddress::parse(text);
            return address &&
                   std::any_of(within.networks->begin(), within.networks->end(),
                               [&](const auto& each) { return each.contains(*address); });
        });
    }
    Value operator()(const Joined&) const {
        std::string result;
        for (const auto& each : node.operands)
            result += evaluate(each, scope).text();
        return result;
    }
    Value operator()(const Call& call) const { return call.function->apply(all_operands()); }

    // Stops at the first operand that decides.
    bool any_operand(bool truth) const {
        for (const auto& each : node.operands)
            if (evaluate(each, scope).truth() == truth) return true;
        return false;
    }
    List all_operands() const {
        List values;
        for (const auto& each : node.operands)
            values.push_back(evaluate(each, scope));
        return values;
    }
    // What is found becomes $0.
    template <class Predicate>
    bool find(Predicate wanted) const {
        const Value value = operand(0);
        const auto* list = std::get_if<List>(&value.get());
        scope.captures.clear();
        for (const auto& item : list ? *list : List{value}) {
            std::string text = item.text();
            if (!wanted(text)) continue;
            scope.captures.push_back(std::move(text));
            return true;
        }
        return false;
    }
};

}  // namespace

Value evaluate(const Node& node, Scope& scope) {
    return std::visit(Evaluation{node, scope}, node.what);
}

std::size_t captures(const Node& node) {
    if (const auto* match = std::get_if<Match>(&node.what))
        return static_cast<std::size_t>(match->pattern->NumberOfCapturingGroups()) + 1;
    const auto* operation = std::get_if<Operation>(&node.what);
    if (operation && operation->op == Operator::invert) return 0;
    const bool finds = std::holds_alternative<Membership>(node.what) ||
                       std::holds_alternative<Affix>(node.what) ||
                       std::holds_alternative<Within>(node.what);
    std::size_t most = finds ? 1 : 0;
    for (const auto& operand : node.operands)
        most = std::max(most, captures(operand));
    return most;
}

}  // namespace postern::expr
