// The tree of a compiled expression. Its depth is bounded when it is built, so that walking it by
// recursion is safe.
#pragma once

#include <re2/re2.h>

#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "expr/expression.hpp"
#include "expr/functions.hpp"
#include "expr/ip_network.hpp"
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
struct Capture {
    std::size_t number;
};
// What the older dialect knows beside these; the operand is a text, or a list of which one item
// suffices.
using Texts = std::set<std::string, std::less<>>;
struct Membership {
    std::shared_ptr<const Texts> texts;
};
struct Affix {
    std::string text;
    bool at_end;
};
struct Within {
    std::shared_ptr<const std::vector<IpNetwork>> networks;
};
struct Joined {};  // the texts of the operands, one behind the other
struct Call {
    const Function* function;
};

struct Node {
    using What =
        std::variant<Literal, VariableReference, AttributeReference, Operation, ListOf, Index,
                     Choice, Match, Capture, Membership, Affix, Within, Joined, Call>;
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

// One evaluation of a setting. What the last match found outlives the condition: `then` may use it.
struct Scope {
    const Variables& variables;
    std::vector<std::string> captures = {};  // $0 $1 ...
};

Value evaluate(const Node& node, Scope& scope);

// How many captures there may be once the condition holds; what stands below a "!" leaves none.
std::size_t captures(const Node& node);

}  // namespace postern::expr
