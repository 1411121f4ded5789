// The tree of a compiled expression. Its depth is bounded when it is built, so that walking it by
// recursion is safe.
#pragma once

#include <re2/re2.h>

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "expr/expression.hpp"
#include "expr/functions.hpp"
#include "expr/type.hpp"

namespace postern::expr {

enum class Operator : std::uint8_t {
    invert,
    negate,
    multiply,
    divide,
    add,
    subtract,
    less,
    less_equal,
    greater,
    greater_equal,
    equal,
    not_equal,
    exclusive_or,
    both,
    either,  // && and ||, any number of operands
};

struct Literal {
    Value value;
};
struct VariableReference {
    Variable variable;
};
struct AttributeReference {
    std::string name;
};
struct Operation {
    Operator op;
};
struct ListOf {};
struct Index {};   // operands: the list, the number
struct Choice {};  // if_then(condition, then, otherwise)
struct Match {
    std::shared_ptr<const RE2> pattern;
};  // operand: the text
struct Call {
    const Function* function;
};

struct Node {
    using What = std::variant<Literal, VariableReference, AttributeReference, Operation, ListOf,
                              Index, Choice, Match, Call>;
    What what;
    Type type = Type::any;
    std::size_t offset = 0;  // where it begins in the text of the expression
    std::size_t depth = 1;
    std::vector<Node> operands = {};

    const Value* literal() const {
        const auto* constant = std::get_if<Literal>(&what);
        return constant ? &constant->value : nullptr;
    }
};

Value evaluate(const Node& node, const Variables& variables);

}  // namespace postern::expr
