#include "postgresql/sql_text.hpp"

#include <algorithm>
#include <optional>

#include "smtp/ascii.hpp"

namespace postern::postgresql {

namespace {

using Kind = SqlPiece::Kind;

bool is_digit(char octet) {
    return octet >= '0' && octet <= '9';
}

bool begins_word(char octet) {
    const bool is_letter = smtp::is_alphanumeric(octet) && !is_digit(octet);
    return is_letter || octet == '_' || static_cast<unsigned char>(octet) >= 0x80;
}

bool is_blank(char octet) {
    return octet == ' ' || (octet >= '\t' && octet <= '\r');
}

// Reads a statement from left to right (PostgreSQL's scan.l). Each `take_` stands at the first
// octet of its thing and leaves `at_` behind its last.
class Scanner {
 public:
    explicit Scanner(std::string_view text) : text_(text) {}

    boost::system::result<std::vector<SqlPiece>, SqlError> split() {
        while (at_ < text_.size() && !error_) {
            const auto begin = at_;
            const auto kind = take_one();
            const bool is_separate = kind != Kind::other;
            if (ended_at_ && !is_space_ && !error_)
                fail("a second statement", "one query, one statement", begin);
            if (is_separate || pieces_.empty() || pieces_.back().kind != Kind::other)
                pieces_.push_back({kind, text_.substr(begin, at_ - begin), begin});
            else
                pieces_.back().text =
                    text_.substr(pieces_.back().offset, at_ - pieces_.back().offset);
        }
        if (error_) return *std::move(error_);
        return std::move(pieces_);
    }

 private:
    char next(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }

    void fail(std::string what, std::string hint, std::size_t offset) {
        if (!error_) error_ = SqlError{std::move(what), std::move(hint), offset};
    }

    Kind take_one() {
        is_space_ = false;
        const char octet = next();
        if (octet == '\0') fail("a NUL", "SQL is text", at_);
        if (begins_word(octet)) return take_word();
        if (is_digit(octet)) return take_number();
        if (octet == '-' && next(1) == '-') return take_line_comment();
        if (octet == '/' && next(1) == '*') return take_comment();
        if (octet == '\'' || octet == '"') return take_quoted(octet, false);
        if (octet == '$') return take_dollar();
        if (octet == ':') return take_colon();
        is_space_ = is_blank(octet);
        // A further ";" ends an empty statement, which the server would refuse beside another one.
        if (octet == ';' && !ended_at_) {
            ended_at_ = at_;
            is_space_ = true;
        }
        ++at_;
        return Kind::other;
    }

    Kind take_word() {
        const auto begin = at_;
        while (at_ < text_.size() && continues_sql_word(text_[at_]))
            ++at_;
        // Only E'...' has backslashes; what stands before other strings changes nothing for us.
        const bool is_e = at_ - begin == 1 && (text_[begin] == 'E' || text_[begin] == 'e');
        if (is_e && next() == '\'') take_quoted('\'', true);
        return Kind::other;
    }

    Kind take_number() {
        while (is_digit(next()) || next() == '.')
            ++at_;
        return Kind::other;
    }

    Kind take_line_comment() {
        is_space_ = true;
        at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
        return Kind::other;
    }

    Kind take_comment() {
        is_space_ = true;
        const auto begin = at_;
        std::size_t depth = 0;
        while (at_ < text_.size()) {
            const bool opens = next() == '/' && next(1) == '*';
            const bool closes = next() == '*' && next(1) == '/';
            at_ += opens || closes ? 2 : 1;
            if (opens) ++depth;
            if (closes && --depth == 0) return Kind::other;
        }
        fail("a comment without its end", "*/, once for each /*", begin);
        return Kind::other;
    }

    Kind take_quoted(char quote, bool has_escapes) {
        const auto begin = at_++;
        while (at_ < text_.size()) {
            const char octet = text_[at_++];
            if (octet == '\0') break;
            if (octet == '\\' && has_escapes && at_ < text_.size()) ++at_;
            if (octet != quote) continue;
            if (next() == quote)
                ++at_;
            else if (!has_escapes || !goes_on())
                return Kind::other;
        }
        fail(quote == '"' ? "a quoted name without its end" : "a string without its end",
             "the quote that closes it; one within is doubled", begin);
        return Kind::other;
    }

    // 'a' and 'b' on the next line are one string, which matters where backslashes do.
    bool goes_on() {
        auto look = at_;
        bool is_new_line = false;
        while (look < text_.size()) {
            if (text_.substr(look).starts_with("--"))
                look = std::min(text_.find_first_of("\r\n", look), text_.size());
            else if (is_blank(text_[look])) {
                is_new_line = is_new_line || text_[look] == '\n' || text_[look] == '\r';
                ++look;
            } else
                break;
        }
        if (!is_new_line || look >= text_.size() || text_[look] != '\'') return false;
        at_ = look + 1;
        return true;
    }

    Kind take_dollar() {
        const auto begin = at_++;
        if (is_digit(next())) {
            while (is_digit(next()))
                ++at_;
            return Kind::parameter;
        }
        auto end = at_;
        if (end < text_.size() && begins_word(text_[end]))
            while (end < text_.size() && text_[end] != '$' && continues_sql_word(text_[end]))
                ++end;
        if (end >= text_.size() || text_[end] != '$') return Kind::other;  // for the server
        const auto tag = text_.substr(begin, end + 1 - begin);
        const auto close = text_.find(tag, end + 1);
        if (close == std::string_view::npos) {
            fail("a string without its end", std::string(tag), begin);
            return Kind::other;
        }
        at_ = close + tag.size();
        return Kind::other;
    }

    Kind take_colon() {
        if (next(1) == ':' || next(1) == '=') {
            at_ += 2;
            return Kind::other;
        }
        ++at_;
        if (!begins_word(next())) return Kind::other;
        while (at_ < text_.size() && continues_sql_word(text_[at_]))
            ++at_;
        return Kind::placeholder;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::optional<std::size_t> ended_at_;  // the ";" behind the statement
    bool is_space_ = false;                // what was taken last says nothing
    std::vector<SqlPiece> pieces_;
    std::optional<SqlError> error_;
};

}  // namespace

std::string quoted_name(std::string_view name) {
    std::string quoted = "\"";
    for (const char octet : name)
        quoted.append(octet == '"' ? 2 : 1, octet);
    return quoted + "\"";
}

bool continues_sql_word(char octet) {
    return begins_word(octet) || is_digit(octet) || octet == '$';
}

boost::system::result<std::vector<SqlPiece>, SqlError> split_sql(std::string_view text) {
    return Scanner(text).split();
}

}  // namespace postern::postgresql
