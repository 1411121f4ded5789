#include "ldap/filter.hpp"

#include "ldap/attribute_name.hpp"
#include "ldap/hexadecimal.hpp"
#include "smtp/ascii.hpp"
#include "smtp/utf8.hpp"

namespace postern::ldap {

namespace {

constexpr unsigned deepest = 50;

// RFC 4515 section 3. Each function takes what it is named after off the text, or says what it
// expected.
class Parser {
 public:
    explicit Parser(std::string_view text) : text_(text) {}

    boost::system::result<Filter, SyntaxError> parse() {
        if (!filter(1)) return error_;
        if (at_ < text_.size()) {
            expected("nothing behind the filter's last \")\"");
            return error_;
        }
        auto shape = shape_of(values_);
        return Filter{std::move(values_), std::move(shape)};
    }

 private:
    bool filter(unsigned depth) {
        if (depth > deepest) return expected("at most 50 filters inside each other");
        if (!take("(")) return expected("\"(\", the beginning of a filter");
        const bool content = take("&") || take("|") ? filters(depth + 1)
                             : take("!")            ? filter(depth + 1)
                                                    : item();
        return content && (take(")") || expected("\")\", or \\28 \\29 \\2a in a value for ( ) *"));
    }

    bool filters(unsigned depth) {
        do {
            if (!filter(depth)) return false;
        } while (rest().starts_with('('));
        return true;
    }

    bool item() {
        const auto start = at_;
        const auto attribute = word();
        const bool is_named = !attribute.empty();
        if (is_named ? !is_attribute_description(attribute) : !rest().starts_with(':')) {
            at_ = start;
            return expected("an attribute's name");
        }
        if (rest().starts_with(':')) return extensible(is_named);
        if (take(">=") || take("<=") || take("~=")) return value();
        if (take("=")) return equality_or_substrings();
        return expected("one of = >= <= ~= :=");
    }

    // attr [":dn"] [":" rule] ":=" value, where either the attribute or the rule may be missing.
    bool extensible(bool is_named) {
        if (smtp::equal_ignoring_case(rest().substr(0, 4), ":dn:")) at_ += 3;
        if (!rest().starts_with(":=")) {
            take(":");
            const auto start = at_;
            if (!is_oid(word())) {
                at_ = start;
                return expected("a matching rule's name or number");
            }
            is_named = true;
        }
        if (!is_named) return expected("a matching rule, as there is no attribute");
        if (!take(":=")) return expected("\":=\"");
        return value();
    }

    bool equality_or_substrings() {
        if (take("*")) {
            if (rest().starts_with(')')) return true;
        } else {
            const auto start = at_;
            if (!value()) return false;
            if (!take("*")) return true;
            if (at_ - start == 1) values_.pop_back();  // no initial substring
        }
        // Behind the first asterisk: pieces that end with one, and a last piece that may be empty.
        while (!rest().starts_with(')')) {
            if (rest().starts_with('*')) return expected("a value between two asterisks");
            if (!value()) return false;
            if (!take("*")) return true;
        }
        return true;
    }

    bool value() {
        const auto start = at_;
        while (at_ < text_.size()) {
            const char octet = text_[at_];
            if (octet == '(' || octet == ')' || octet == '*') break;
            if (octet == '\0') return expected("\\00 in place of NUL");
            if (octet == '\\' && !hexadecimal_octet(rest().substr(1)))
                return expected("two hexadecimal digits behind \"\\\", which is itself \\5c");
            const auto size = octet == '\\' ? 3 : smtp::utf8_character(rest());
            if (size == 0) return expected("UTF-8");
            at_ += size;
        }
        values_.push_back(text_.substr(start, at_ - start));
        return true;
    }

    std::string_view rest() const { return text_.substr(at_); }

    bool take(std::string_view token) {
        if (!rest().starts_with(token)) return false;
        at_ += token.size();
        return true;
    }

    // Whatever may stand in a name; whether it is one is the caller's question.
    std::string_view word() {
        const auto start = at_;
        const auto is_part = [](char octet) {
            return smtp::is_alphanumeric(octet) || octet == '-' || octet == '.' || octet == ';';
        };
        while (at_ < text_.size() && is_part(text_[at_]))
            ++at_;
        return text_.substr(start, at_ - start);
    }

    bool expected(const char* what) {
        error_ = {at_, what};
        return false;
    }

    std::string shape_of(const std::vector<std::string_view>& values) const {
        std::string shape;
        const char* end = text_.data();
        for (const auto value : values) {
            shape.append(end, value.data());
            shape += '?';
            end = value.data() + value.size();
        }
        return shape.append(end, text_.data() + text_.size());
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<std::string_view> values_;
    SyntaxError error_;
};

}  // namespace

boost::system::result<Filter, SyntaxError> parse_filter(std::string_view text) {
    return Parser(text).parse();
}

std::optional<std::string> unescape_filter_value(std::string_view written) {
    std::string octets;
    for (std::size_t at = 0; at < written.size(); ++at) {
        if (written[at] != '\\') {
            octets += written[at];
            continue;
        }
        const auto octet = hexadecimal_octet(written.substr(at + 1));
        if (!octet) return std::nullopt;
        octets += *octet;
        at += 2;
    }
    return octets;
}

}  // namespace postern::ldap
