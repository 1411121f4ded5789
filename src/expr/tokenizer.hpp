// Cuts the text of an expression into tokens, one at a time.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "expr/expression.hpp"
#include "expr/node.hpp"
#include "expr/type.hpp"

namespace postern::expr {

struct Token {
    enum class Kind : std::uint8_t {
        end,
        literal,
        name,
        op,
        not_,
        open,
        close,
        open_list,
        close_list,
        comma,
    };
    Kind kind = Kind::end;
    std::size_t offset = 0, length = 0;
    Value value = {};               // of a literal
    Type type = Type::any;          // of a literal
    Operator op = Operator::equal;  // of an operator; "-" is `subtract`
    std::string name = {};
};

class Tokenizer {
 public:
    // The constants of a setting may have "-" in them, which is an operator elsewhere.
    Tokenizer(std::string_view text, const std::vector<std::string>& constants)
        : text_(text), constants_(constants) {}

    // Kind::end at the end of the text, as often as asked.
    boost::system::result<Token, Error> next();

 private:
    boost::system::result<Token, Error> quoted();
    boost::system::result<Token, Error> number();
    Token name();
    boost::system::result<Token, Error> symbol();
    char at(std::size_t position) const { return position < text_.size() ? text_[position] : '\0'; }

    std::string_view text_;
    const std::vector<std::string>& constants_;
    std::size_t position_ = 0;
};

}  // namespace postern::expr
