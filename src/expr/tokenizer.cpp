#include "expr/tokenizer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "expr/duration.hpp"
#include "expr/operations.hpp"
#include "expr/text.hpp"

namespace postern::expr {
namespace {

bool is_name_character(char c) {
    return is_upper(c) || is_lower(c) || is_digit(c) || c == '_' || c == '$' || c == '.';
}

struct Symbol {
    std::string_view text;
    Token::Kind kind;
    Operator op = Operator::equal;
};

// The longer ones first.
constexpr std::array symbols{
    Symbol{"&&", Token::Kind::op, Operator::both},
    Symbol{"||", Token::Kind::op, Operator::either},
    Symbol{"==", Token::Kind::op, Operator::equal},
    Symbol{"!=", Token::Kind::op, Operator::not_equal},
    Symbol{"<=", Token::Kind::op, Operator::less_equal},
    Symbol{"=<", Token::Kind::op, Operator::less_equal},
    Symbol{">=", Token::Kind::op, Operator::greater_equal},
    Symbol{"=>", Token::Kind::op, Operator::greater_equal},
    Symbol{"&", Token::Kind::op, Operator::both},
    Symbol{"|", Token::Kind::op, Operator::either},
    Symbol{"=", Token::Kind::op, Operator::equal},
    Symbol{"<", Token::Kind::op, Operator::less},
    Symbol{">", Token::Kind::op, Operator::greater},
    Symbol{"^", Token::Kind::op, Operator::exclusive_or},
    Symbol{"+", Token::Kind::op, Operator::add},
    Symbol{"-", Token::Kind::op, Operator::subtract},
    Symbol{"*", Token::Kind::op, Operator::multiply},
    Symbol{"/", Token::Kind::op, Operator::divide},
    Symbol{"!", Token::Kind::not_},
    Symbol{"(", Token::Kind::open},
    Symbol{")", Token::Kind::close},
    Symbol{"[", Token::Kind::open_list},
    Symbol{"]", Token::Kind::close_list},
    Symbol{",", Token::Kind::comma},
};

std::string printable(char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet >= ' ' && octet < 0x7f ? std::string(1, c) : fmt::format("\\x{:02x}", octet);
}

}  // namespace

boost::system::result<Token, Error> Tokenizer::next() {
    while (position_ < text_.size() && is_space(text_[position_]))
        ++position_;
    if (position_ == text_.size()) return Token{.offset = position_};
    const char c = text_[position_];
    if (c == '\'' || c == '"') return quoted();
    if (is_digit(c)) return number();
    if (is_name_character(c) && c != '.') return name();
    return symbol();
}

// "\n", "\r" and "\t" are the control characters, "\'" and "\"" the quotes. Every other backslash
// stays, with the character behind it, for regular expressions.
boost::system::result<Token, Error> Tokenizer::quoted() {
    const std::size_t begin = position_;
    const char quote = text_[position_++];
    std::string value;
    for (; at(position_) != quote; ++position_) {
        if (position_ >= text_.size())
            return Error{begin, "the text that begins here has no end",
                         fmt::format("close it with {}", quote)};
        if (text_[position_] != '\\' || position_ + 1 == text_.size()) {
            value += text_[position_];
            continue;
        }
        const char escaped = text_[++position_];
        switch (escaped) {
            case 'n':
                value += '\n';
                break;
            case 'r':
                value += '\r';
                break;
            case 't':
                value += '\t';
                break;
            case '\'':
            case '"':
                value += escaped;
                break;
            default:
                value += '\\', value += escaped;
        }
    }
    ++position_;
    return Token{Token::Kind::literal, begin, position_ - begin, Value(std::move(value)),
                 Type::text};
}

boost::system::result<Token, Error> Tokenizer::number() {
    const std::size_t begin = position_;
    while (is_name_character(at(position_)))
        ++position_;
    const std::string_view word = text_.substr(begin, position_ - begin);
    Token token{Token::Kind::literal, begin, word.size()};
    if (const auto milliseconds = parse_duration(word)) {
        token.value = *milliseconds;
        token.type = Type::duration;
        return token;
    }
    const auto number = parse_number(word);
    if (!number)
        return Error{begin, fmt::format("\"{}\" is neither a number nor a duration", word),
                     "numbers are 5 or 0.5, durations 500ms 5s 2m 1h 1d"};
    const bool real = std::holds_alternative<double>(number->get());
    if (real && word.find('.') == word.npos)
        return Error{begin, fmt::format("{} is too large", word),
                     "9223372036854775807 is the largest number"};
    token.value = *number;
    token.type = real ? Type::real : Type::integer;
    return token;
}

Token Tokenizer::name() {
    const std::size_t begin = position_;
    while (is_name_character(at(position_)))
        ++position_;
    std::size_t end = position_;
    while (is_name_character(at(end)) || at(end) == '-')
        ++end;
    // "scram-sha-256" is one word where the setting knows it.
    if (end != position_ && std::find(constants_.begin(), constants_.end(),
                                      text_.substr(begin, end - begin)) != constants_.end())
        position_ = end;
    const auto word = text_.substr(begin, position_ - begin);
    if (word == "true" || word == "false")
        return {Token::Kind::literal, begin, word.size(), Value(word == "true"), Type::boolean};
    return {.kind = Token::Kind::name,
            .offset = begin,
            .length = word.size(),
            .name = std::string(word)};
}

boost::system::result<Token, Error> Tokenizer::symbol() {
    for (const auto& symbol : symbols) {
        if (!text_.substr(position_).starts_with(symbol.text)) continue;
        Token token{.kind = symbol.kind, .offset = position_, .length = symbol.text.size()};
        token.op = symbol.op;
        position_ += symbol.text.size();
        return token;
    }
    return Error{
        position_,
        fmt::format("the character \"{}\" has no meaning here", printable(text_[position_])),
        "texts stand in quotes: 'smtp'"};
}

}  // namespace postern::expr
