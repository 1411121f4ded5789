#include "ldap/dn.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "address/unicode.hpp"
#include "ldap/attribute_name.hpp"
#include "ldap/escape.hpp"
#include "ldap/hexadecimal.hpp"
#include "smtp/utf8.hpp"

namespace postern::ldap {

namespace {

// RFC 4514 section 3. Each function takes what it is named after off the text, or says what it
// expected.
class Parser {
 public:
    explicit Parser(std::string_view text) : text_(text) {}

    boost::system::result<DistinguishedName, SyntaxError> parse() {
        do {
            relative_name_.clear();
            do {
                if (!attribute_value()) return error_;
            } while (take('+'));
            name_.push_back(std::move(relative_name_));
        } while (take(','));
        return std::move(name_);
    }

 private:
    bool attribute_value() {
        AttributeValue part;
        skip_spaces();
        const auto start = at_;
        part.type = text_.substr(at_, text_.find_first_of(" =,+", at_) - at_);
        at_ += part.type.size();
        skip_spaces();
        if (!is_oid(part.type) || !take('='))
            return expected_at(start, "an attribute's name and \"=\"");
        skip_spaces();
        part.is_hexadecimal = rest().starts_with('#');
        if (part.is_hexadecimal ? !hexadecimal_value(part) : !string_value(part)) return false;
        skip_spaces();
        if (!rest().empty() && rest().front() != ',' && rest().front() != '+')
            return expected_at(at_, "\",\" or \"+\"");
        relative_name_.push_back(std::move(part));
        return true;
    }

    bool hexadecimal_value(AttributeValue& part) {
        const auto start = at_++;
        while (hexadecimal_octet(rest()))
            at_ += 2;
        part.written = text_.substr(start, at_ - start);
        return part.written.size() > 1 || expected_at(at_, "hexadecimal digits, or \"\\#\"");
    }

    bool string_value(AttributeValue& part) {
        const auto start = at_;
        // Spaces at the end belong to the value only where they are escaped.
        std::size_t end = at_, octets = 0;
        while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '+') {
            const bool is_blank = text_[at_] == ' ';
            if (!(text_[at_] == '\\' ? escape(part.value) : character(part.value))) return false;
            if (is_blank) continue;
            end = at_;
            octets = part.value.size();
        }
        part.value.resize(octets);
        part.written = text_.substr(start, end - start);
        return true;
    }

    bool escape(std::string& value) {
        constexpr std::string_view specials = " \"#+,;<=>\\";
        const auto behind = rest().substr(1);
        if (!behind.empty() && specials.find(behind.front()) != std::string_view::npos) {
            value += behind.front();
            at_ += 2;
            return true;
        }
        const auto octet = hexadecimal_octet(behind);
        if (!octet) return expected_at(at_, "an escape such as \"\\,\" or \"\\2C\"");
        value += *octet;
        at_ += 3;
        return true;
    }

    bool character(std::string& value) {
        constexpr std::string_view never("\0\";<>", 5);
        const auto size = smtp::utf8_character(rest());
        if (size == 0) return expected_at(at_, "UTF-8");
        if (never.find(rest().front()) != std::string_view::npos)
            return expected_at(at_, "a \"\\\" in front of \" ; < or >");
        value += rest().substr(0, size);
        at_ += size;
        return true;
    }

    std::string_view rest() const { return text_.substr(at_); }

    bool take(char token) {
        if (!rest().starts_with(token)) return false;
        ++at_;
        return true;
    }

    void skip_spaces() {
        while (take(' ')) {
        }
    }

    bool expected_at(std::size_t offset, const char* what) {
        error_ = {offset, what};
        return false;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    RelativeName relative_name_;
    DistinguishedName name_;
    SyntaxError error_;
};

// RFC 4518 2.6.1, for U+0020: other blanks stay what they are, two values too many rather than one
// too few.
std::string squash_spaces(std::string_view value) {
    std::string squashed;
    for (const char octet : value) {
        if (octet == ' ' && (squashed.empty() || squashed.back() == ' ')) continue;
        squashed += octet;
    }
    if (squashed.ends_with(' ')) squashed.pop_back();
    return squashed;
}

std::string normalize(const AttributeValue& part) {
    const auto type = address::to_lower(part.type);
    if (part.is_hexadecimal) return type + '=' + address::to_lower(part.written);
    const bool is_utf8 = smtp::is_utf8(part.value);
    const auto value = squash_spaces(is_utf8 ? address::to_lower(part.value) : part.value);
    return type + '=' + escape_dn_value(value);
}

}  // namespace

boost::system::result<DistinguishedName, SyntaxError> parse_dn(std::string_view text) {
    return Parser(text).parse();
}

bool looks_like_dn(std::string_view text) {
    return parse_dn(text).has_value();
}

std::optional<std::string> normalize_dn(std::string_view text) {
    const auto name = parse_dn(text);
    if (!name) return std::nullopt;
    std::vector<std::string> relative_names;
    for (const auto& relative_name : *name) {
        std::vector<std::string> parts;
        std::ranges::transform(relative_name, std::back_inserter(parts), normalize);
        std::ranges::sort(parts);
        relative_names.push_back(fmt::format("{}", fmt::join(parts, "+")));
    }
    return fmt::format("{}", fmt::join(relative_names, ","));
}

std::optional<std::string> first_rdn_value(std::string_view text) {
    const auto name = parse_dn(text);
    if (!name || name->front().front().is_hexadecimal) return std::nullopt;
    return name->front().front().value;
}

}  // namespace postern::ldap
