// Text to tree: precedence, names, stages, arities, and whatever else can be judged before there is
// a session.
#pragma once

#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "expr/expression.hpp"
#include "expr/node.hpp"
#include "expr/tokenizer.hpp"

namespace postern::expr {

constexpr std::size_t longest_expression = 16 * 1024;
// Of the tree, and of what is nested in the text.
constexpr std::size_t deepest_expression = 200;

class Parser {
 public:
    Parser(std::string_view text, const Context& context)
        : text_(text),
          context_(context),
          tokenizer_(text, context.constants),
          captures_(context.captures) {}

    // The tree; its result is not yet checked against Context::kind.
    boost::system::result<Node, Error> parse();

 private:
    // The first mistake ends the parse: from then on the token is the end, and every loop ends with
    // it.
    Node fail(std::size_t offset, std::string what, std::string hint);
    bool failed() const { return error_.has_value(); }
    void advance();
    bool take(Token::Kind kind);
    void expect(Token::Kind kind, std::string_view text, std::string_view of);
    Node unexpected(std::string_view wanted);

    Node binary(unsigned least_precedence);
    Node unary();
    Node primary();
    Node indexed(Node list);
    Node parenthesised();
    Node name();
    Node call(const Token& name);
    Node list();
    std::vector<Node> until(Token::Kind close, std::string_view text, std::string_view of);

    Node variable(const Token& name);
    Node capture(const Token& name);
    Node unknown_name(const Token& name);
    Node special(const Function& function, const Token& name, std::vector<Node> arguments);
    Node match(const Token& name, std::vector<Node> arguments);
    Node operation(const Token& op, Node left, Node right);
    bool comparable(const Token& op, const Node& left, const Node& right);
    // Puts the depth and, when everything below is known, the value into a new node.
    Node finished(Node node);

    std::string_view text_;
    const Context& context_;
    Tokenizer tokenizer_;
    Token token_;
    std::size_t nesting_ = 0;
    std::size_t captures_;  // $0 $1 ... that may have a value here
    std::optional<Error> error_;
};

}  // namespace postern::expr
