#include <algorithm>
#include <functional>

#include "expr/expression.hpp"
#include "expr/node.hpp"

namespace postern::expr {

namespace {

bool compares_wholes(const Node& node) {
    if (const auto* operation = std::get_if<Operation>(&node.what))
        return operation->op == Operator::equal || operation->op == Operator::not_equal;
    const auto* call = std::get_if<Call>(&node.what);
    return call != nullptr && call->function->name.starts_with("contains");
}

void collect(const Node& node, Variable variable, std::vector<std::string>& texts) {
    const auto is_it = [variable](const Node& operand) {
        const auto* reference = std::get_if<VariableReference>(&operand.what);
        return reference != nullptr && reference->variable == variable;
    };
    if (std::ranges::any_of(node.operands, is_it)) {
        if (const auto* membership = std::get_if<Membership>(&node.what))
            texts.insert(texts.end(), membership->texts->begin(), membership->texts->end());
        if (compares_wholes(node))
            for (const auto& operand : node.operands)
                if (const auto* literal = operand.literal())
                    for (const auto& item : literal->items())
                        texts.push_back(item.text());
    }
    for (const auto& operand : node.operands)
        collect(operand, variable, texts);
}

}  // namespace

std::vector<std::string> Expression::texts_compared_with(Variable variable) const {
    std::vector<std::string> texts;
    for (const auto& branch : branches_) {
        collect(branch.condition.root(), variable, texts);
        collect(branch.result.root(), variable, texts);
    }
    collect(otherwise_.root(), variable, texts);
    return texts;
}

}  // namespace postern::expr
