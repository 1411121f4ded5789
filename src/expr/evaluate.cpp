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
    const Variables& variables;

    Value operand(std::size_t i) const { return evaluate(node.operands[i], variables); }

    Value operator()(const Literal& literal) const { return literal.value; }
    Value operator()(const VariableReference& reference) const {
        return variables.value(reference.variable);
    }
    Value operator()(const AttributeReference& reference) const {
        return variables.attribute(reference.name);
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
        return RE2::PartialMatch(operand(0).text(), *match.pattern);
    }
    Value operator()(const Call& call) const { return call.function->apply(all_operands()); }

    // Stops at the first operand that decides.
    bool any_operand(bool truth) const {
        for (const auto& each : node.operands)
            if (evaluate(each, variables).truth() == truth) return true;
        return false;
    }
    List all_operands() const {
        List values;
        for (const auto& each : node.operands)
            values.push_back(evaluate(each, variables));
        return values;
    }
};

}  // namespace

Value evaluate(const Node& node, const Variables& variables) {
    return std::visit(Evaluation{node, variables}, node.what);
}

}  // namespace postern::expr
