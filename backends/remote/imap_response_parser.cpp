#include "remote/imap_response_parser.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "smtp/ascii.hpp"

namespace postern::remote {

namespace {

bool is_status(std::string_view name) {
    constexpr std::string_view names[] = {"OK", "NO", "BAD", "BYE", "PREAUTH"};
    return std::ranges::find(names, name) != std::end(names);
}

// Takes the part before the next blank, and the blank.
std::string_view take_word(std::string_view& rest) {
    const auto end = std::min(rest.find(' '), rest.size());
    const auto word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return word;
}

// Where the first of these stands outside of quotes; npos: nowhere. `open`: a quote has no end.
struct Found {
    std::size_t at = std::string_view::npos;
    bool open = false;
};
Found find_unquoted(std::string_view text, char wanted) {
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!quoted && text[i] == wanted) return {i};
        if (text[i] == '"') quoted = !quoted;
        if (quoted && text[i] == '\\') ++i;
    }
    return {std::string_view::npos, quoted};
}

// The words for people end where the line ends; everywhere else a literal may stand there.
enum class End : std::uint8_t { of_the_line, of_a_part, malformed };
End end_of(std::string_view line) {
    if (line.starts_with('+')) return End::of_the_line;
    auto rest = line;
    take_word(rest);
    const auto name = smtp::upper(take_word(rest));
    if (!is_status(name)) return find_unquoted(rest, '\0').open ? End::malformed : End::of_a_part;
    if (!rest.starts_with('[')) return End::of_the_line;
    const auto bracket = find_unquoted(rest, ']');
    if (bracket.open) return End::malformed;
    return bracket.at == rest.npos ? End::of_a_part : End::of_the_line;
}

struct Literal {
    std::size_t begins = 0;  // of its announcement in the line
    std::uint64_t size = 0;
};

// RFC 9051 section 4.3, RFC 7888: "{12}", "{12+}"; "~" before it (RFC 3516) stays where it is.
std::optional<Literal> announced(std::string_view line) {
    if (!line.ends_with('}')) return std::nullopt;
    const auto begins = line.rfind('{');
    if (begins == line.npos) return std::nullopt;
    auto digits = line.substr(begins + 1, line.size() - begins - 2);
    if (digits.ends_with('+')) digits.remove_suffix(1);
    Literal literal{begins, 0};
    const auto* end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, literal.size);
    if (digits.empty() || read.ptr != end) return std::nullopt;
    if (read.ec != std::errc()) literal.size = UINT64_MAX;
    return literal;
}

bool is_tag(std::string_view tag) {
    constexpr std::string_view specials("(){%*\"\\+");
    return !tag.empty() && std::ranges::all_of(tag, [&](char c) {
        return c > ' ' && c < '\x7F' && specials.find(c) == specials.npos;
    });
}

std::string presentable(std::string_view text) {
    std::string result(text.substr(0, text.find_last_not_of(' ') + 1));
    for (char& c : result)
        if (c < ' ' || c > '~') c = '?';
    return result;
}

}  // namespace

ImapResponseParser::Status ImapResponseParser::garbage(const char* why) {
    why_ = why;
    line_.clear();
    return status_ = Status::garbage;
}

ImapResponseParser::Status ImapResponseParser::feed(std::string_view& input) {
    while (status_ == Status::incomplete && !input.empty()) {
        if (literal_left_ > 0) {  // nothing that we ask for comes in one
            const auto skipped = std::min(literal_left_, input.size());
            literal_left_ -= skipped;
            input.remove_prefix(skipped);
            continue;
        }
        const auto end = input.find('\n');
        const auto part = input.substr(0, end);
        if (line_.size() + part.size() > max_line) return garbage("a line without end");
        line_ += part;
        input.remove_prefix(std::min(part.size() + 1, input.size()));
        if (end != input.npos) end_of_line();
    }
    return status_;
}

ImapResponseParser::Status ImapResponseParser::end_of_line() {
    if (line_.ends_with('\r')) line_.pop_back();
    if (line_.find('\0') != line_.npos) return garbage("a NUL in a line");
    const auto end = end_of(line_);
    if (end == End::malformed) return garbage("a quoted string without end");
    const auto literal = end == End::of_a_part ? announced(line_) : std::nullopt;
    if (!literal) return read_line();
    if (literal->size > max_literal) return garbage("a literal that is too long");
    line_.resize(literal->begins);
    line_ += "\"\"";
    literal_left_ = static_cast<std::size_t>(literal->size);
    return status_;
}

ImapResponseParser::Status ImapResponseParser::read_line() {
    using Kind = ImapResponse::Kind;
    const auto line = std::exchange(line_, {});
    std::string_view rest(line);
    response_ = {};
    const auto tag = take_word(rest);
    if (tag == "+") {
        response_.kind = Kind::continuation;
        response_.text = presentable(rest);
        return status_ = Status::complete;
    }
    if (tag != "*" && !is_tag(tag)) return garbage("a line that is no response");
    response_.kind = tag == "*" ? Kind::untagged : Kind::tagged;
    if (response_.kind == Kind::tagged) response_.tag = tag;
    untagged_ = response_.kind == Kind::tagged ? 0 : untagged_ + 1;
    if (untagged_ > max_untagged) return garbage("untagged responses without end");
    const auto name = take_word(rest);
    response_.name = smtp::upper(presentable(name));
    if (response_.name.empty()) return garbage("a response without a name");
    if (is_status(response_.name)) return read_status(rest);
    if (response_.kind == Kind::tagged) return garbage("a tagged response that is none");
    response_.text = presentable(rest);
    return status_ = Status::complete;
}

// RFC 9051 section 7.1: OK, NO, BAD, PREAUTH, BYE.
ImapResponseParser::Status ImapResponseParser::read_status(std::string_view rest) {
    if (rest.starts_with('[')) {
        const auto end = find_unquoted(rest, ']').at;
        if (end == rest.npos) return garbage("a response code without end");
        auto inside = rest.substr(1, end - 1);
        response_.code = smtp::upper(presentable(take_word(inside)));
        response_.arguments = presentable(inside);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    }
    response_.text = presentable(rest);
    return status_ = Status::complete;
}

ImapResponse ImapResponseParser::take() {
    status_ = Status::incomplete;
    return std::exchange(response_, {});
}

}  // namespace postern::remote
