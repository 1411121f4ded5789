#include "expr/expression.hpp"

#include <algorithm>
#include <stdexcept>

#include "expr/node.hpp"
#include "expr/operations.hpp"
#include "expr/parser.hpp"
#include "expr/result_check.hpp"

namespace postern::expr {

boost::system::result<Term, Error> Term::compile(std::string_view text, const Context& context) {
    auto node = Parser(text, context).parse();
    if (!node) return std::move(node).error();
    if (auto objection = check_result(*node, context)) return std::move(*objection);
    return Term(std::make_shared<const Node>(std::move(*node)));
}

Term Term::constant(Value value) {
    return Term(std::make_shared<const Node>(Node{Literal{std::move(value)}}));
}

Value Term::evaluate(const Variables& variables) const {
    Scope scope{variables};
    return evaluate(scope);
}

Value Term::evaluate(Scope& scope) const {
    return expr::evaluate(*root_, scope);
}

std::size_t Term::captures() const {
    return expr::captures(*root_);
}

Value Expression::evaluate(const Variables& variables) const {
    Scope scope{variables};
    for (const auto& branch : branches_) {
        scope.captures.clear();
        if (branch.condition.evaluate(scope).truth()) return branch.result.evaluate(scope);
    }
    scope.captures.clear();
    return otherwise_.evaluate(scope);
}

std::string Expression::text(const Variables& variables) const {
    const Value value = evaluate(variables);
    // `false` in the place of a text is none; no text expression comes to the number 0 otherwise.
    const auto* number = std::get_if<std::int64_t>(&value.get());
    return number && *number == 0 ? std::string() : value.text();
}

std::vector<std::string> Expression::texts(const Variables& variables) const {
    std::vector<std::string> result;
    for (const auto& item : evaluate(variables).items())
        result.push_back(item.text());
    return result;
}

std::vector<Value> Expression::possible_results() const {
    std::vector<Value> results;
    std::vector<const Term*> terms;
    for (const auto& branch : branches_)
        terms.push_back(&branch.result);
    terms.push_back(&otherwise_);
    for (const Term* term : terms) {
        const auto values = expr::possible_results(*term->root_);
        if (!values) return {};
        for (const auto& value : *values) {
            const bool seen = std::any_of(results.begin(), results.end(), [&](const Value& other) {
                return other.get().index() == value.get().index() && equal(other, value);
            });
            if (!seen) results.push_back(value);
        }
    }
    return results;
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw std::invalid_argument(error.what);
}

}  // namespace postern::expr
