#include "expr/parser.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "expr/operations.hpp"

namespace postern::expr {
namespace {

// High binds tighter (BEHAVIOUR section 6).
unsigned precedence(Operator op) {
    switch (op) {
        case Operator::multiply:
        case Operator::divide:
            return 7;
        case Operator::add:
        case Operator::subtract:
            return 6;
        case Operator::less:
        case Operator::less_equal:
        case Operator::greater:
        case Operator::greater_equal:
            return 5;
        case Operator::equal:
        case Operator::not_equal:
            return 4;
        case Operator::exclusive_or:
            return 3;
        case Operator::both:
            return 2;
        case Operator::either:
            return 1;
        case Operator::invert:
        case Operator::negate:
            break;
    }
    return 0;
}

Type sum_type(Type left, Type right) {
    if (left == Type::list || right == Type::list) return Type::list;
    if (left == Type::real && right == Type::real) return Type::real;
    if (!is_numeric(left) || !is_numeric(right)) return Type::any;
    if (left == Type::real || right == Type::real) return Type::real;
    return left == Type::duration || right == Type::duration ? Type::duration : Type::integer;
}

Type operation_type(Operator op, Type left, Type right) {
    switch (op) {
        case Operator::add:
        case Operator::multiply:
            return sum_type(left, right);
        case Operator::subtract:
            return left == Type::list ? left : sum_type(left, right);
        case Operator::divide:
            return left == Type::duration ? left : Type::real;
        default:
            return Type::boolean;
    }
}

// For what is known already there are no variables to ask.
class NoVariables final : public Variables {
 public:
    Value value(Variable) const override { return {}; }
    Value attribute(std::string_view) const override { return {}; }
};

struct Nested {
    std::size_t& depth;
    explicit Nested(std::size_t& nesting) : depth(nesting) { ++depth; }
    ~Nested() { --depth; }
};

}  // namespace

boost::system::result<Node, Error> Parser::parse() {
    if (text_.size() > longest_expression)
        return Error{longest_expression, "the expression is too long",
                     fmt::format("at most {} octets", longest_expression)};
    advance();
    if (!failed() && token_.kind == Token::Kind::end)
        fail(0, "the expression is empty", "write true, false or a condition");
    Node root = binary(1);
    if (token_.kind != Token::Kind::end) unexpected("an operator or the end");
    if (failed()) return std::move(*error_);
    return root;
}

Node Parser::fail(std::size_t offset, std::string what, std::string hint) {
    if (!failed()) error_ = Error{offset, std::move(what), std::move(hint)};
    token_ = Token{.offset = text_.size()};
    return {};
}

void Parser::advance() {
    if (failed()) return;
    auto next = tokenizer_.next();
    if (next)
        token_ = std::move(*next);
    else
        fail(next.error().offset, next.error().what, next.error().hint);
}

bool Parser::take(Token::Kind kind) {
    if (token_.kind != kind) return false;
    advance();
    return true;
}

Node Parser::unexpected(std::string_view wanted) {
    if (token_.kind == Token::Kind::end)
        return fail(token_.offset, "the expression ends too early",
                    fmt::format("{} is missing", wanted));
    return fail(token_.offset,
                fmt::format("unexpected {}",
                            text_.substr(token_.offset, std::min<std::size_t>(token_.length, 40))),
                fmt::format("{} was expected", wanted));
}

void Parser::expect(Token::Kind kind, std::string_view text, std::string_view of) {
    if (!failed() && !take(kind)) unexpected(fmt::format("{} of {}", text, of));
}

// Precedence climbing; operators of one precedence group to the left.
Node Parser::binary(unsigned least_precedence) {
    const Nested nested(nesting_);
    if (nesting_ > deepest_expression)
        return fail(token_.offset, "the expression is nested too deeply",
                    fmt::format("at most {} levels", deepest_expression));
    Node left = unary();
    while (token_.kind == Token::Kind::op && precedence(token_.op) >= least_precedence) {
        const Token op = token_;
        advance();
        Node right = binary(precedence(op.op) + 1);
        if (failed()) return {};
        left = operation(op, std::move(left), std::move(right));
    }
    return left;
}

Node Parser::unary() {
    std::vector<Token> prefixes;
    while (token_.kind == Token::Kind::not_ ||
           (token_.kind == Token::Kind::op && token_.op == Operator::subtract)) {
        prefixes.push_back(token_);
        advance();
    }
    Node node = primary();
    while (!failed() && !prefixes.empty()) {
        const Token prefix = prefixes.back();
        prefixes.pop_back();
        const bool invert = prefix.kind == Token::Kind::not_;
        Node outer{Operation{invert ? Operator::invert : Operator::negate}};
        outer.type = invert                       ? Type::boolean
                     : node.type == Type::boolean ? Type::integer
                     : is_numeric(node.type)      ? node.type
                                                  : Type::any;
        outer.offset = prefix.offset;
        outer.operands.push_back(std::move(node));
        node = finished(std::move(outer));
    }
    return node;
}

Node Parser::primary() {
    switch (token_.kind) {
        case Token::Kind::literal: {
            Node node{Literal{std::move(token_.value)}, token_.type, token_.offset};
            advance();
            return indexed(std::move(node));
        }
        case Token::Kind::open:
            return indexed(parenthesised());
        case Token::Kind::open_list:
            return indexed(list());
        case Token::Kind::name:
            return indexed(name());
        default:
            return unexpected("a value");
    }
}

Node Parser::indexed(Node list) {
    while (!failed() && token_.kind == Token::Kind::open_list) {
        advance();
        Node node{Index{}, Type::any, list.offset};
        node.operands.push_back(std::move(list));
        node.operands.push_back(binary(1));
        expect(Token::Kind::close_list, "\"]\"", "the index");
        list = finished(std::move(node));
    }
    return list;
}

Node Parser::parenthesised() {
    advance();
    Node inner = binary(1);
    expect(Token::Kind::close, "the closing parenthesis", "this group");
    return inner;
}

std::vector<Node> Parser::until(Token::Kind close, std::string_view text, std::string_view of) {
    std::vector<Node> nodes;
    if (take(close)) return nodes;
    do {
        nodes.push_back(binary(1));
    } while (take(Token::Kind::comma));
    expect(close, text, of);
    return nodes;
}

Node Parser::list() {
    Node node{ListOf{}, Type::list, token_.offset};
    advance();
    node.operands = until(Token::Kind::close_list, "the closing \"]\"", "the list");
    return finished(std::move(node));
}

// Comparisons that would come out the same whatever the session is are mistakes.
bool Parser::comparable(const Token& op, const Node& left, const Node& right) {
    const unsigned rank = precedence(op.op);
    if (rank != precedence(Operator::less) && rank != precedence(Operator::equal)) return true;
    for (const auto& [one, other] : {std::pair(&left, &right), std::pair(&right, &left)}) {
        const Value* literal = one->literal();
        const auto* text = literal ? std::get_if<std::string>(&literal->get()) : nullptr;
        if (one->type == Type::constant) {
            fail(one->offset, "a bare word cannot be compared",
                 fmt::format("a text stands in quotes: '{}'", literal ? literal->text() : ""));
        } else if (one->type == Type::list && other->type == Type::text) {
            fail(op.offset, "a list is never equal to a text", "use contains(list, text)");
        } else if (text && is_numeric(other->type) && !text->empty() && !parse_number(*text)) {
            fail(one->offset,
                 fmt::format("'{}' is compared with {}", *text, type_name(other->type)),
                 other->type == Type::boolean ? "write true or false without quotes"
                                              : "write a number");
        }
    }
    return !failed();
}

Node Parser::operation(const Token& op, Node left, Node right) {
    if (!comparable(op, left, right)) return {};
    // "a || b || c" is one node: a long list of alternatives is not deep.
    const auto* before = std::get_if<Operation>(&left.what);
    const bool chain = op.op == Operator::both || op.op == Operator::either;
    if (chain && before && before->op == op.op) {
        left.operands.push_back(std::move(right));
        return finished(std::move(left));
    }
    Node node{Operation{op.op}, operation_type(op.op, left.type, right.type), left.offset};
    node.operands.push_back(std::move(left));
    node.operands.push_back(std::move(right));
    return finished(std::move(node));
}

Node Parser::finished(Node node) {
    if (failed()) return {};
    bool known = true;
    for (const auto& operand : node.operands) {
        node.depth = std::max(node.depth, operand.depth + 1);
        known = known && operand.literal();
    }
    if (node.depth > deepest_expression)
        return fail(
            node.offset, "the expression is nested too deeply",
            fmt::format("at most {} levels; group it with parentheses", deepest_expression));
    // A match leaves captures behind, even where its verdict is known.
    if (!known || std::holds_alternative<Match>(node.what)) return node;
    const NoVariables none;
    Scope scope{none};
    Value value = evaluate(node, scope);
    // The items of a list stay, for the check of its result; of everything else only the value is
    // left.
    if (!std::holds_alternative<ListOf>(node.what)) {
        node.operands.clear();
        node.depth = 1;
    }
    node.what = Literal{std::move(value)};
    return node;
}

}  // namespace postern::expr
