#include "smtp/capabilities.hpp"

#include <algorithm>
#include <charconv>

#include "smtp/ascii.hpp"

namespace postern::smtp {

namespace {

// A hostile next hop may list as many as a reply has room for.
constexpr std::size_t max_listed = 64;
constexpr std::size_t max_name = 20;  // RFC 4422 3.1

// Takes the first word off the front of `text`; empty at its end.
std::string_view take_word(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    return word;
}

bool is_name(std::string_view word) {
    return word.size() <= max_name && std::ranges::all_of(word, [](char c) {
               return is_alphanumeric(c) || c == '-' || c == '_';
           });
}

void add_names(std::vector<std::string>& names, std::string_view words) {
    for (std::string_view word; !(word = take_word(words)).empty();) {
        std::string name = upper(word);
        const bool fits = names.size() < max_listed && is_name(name);
        if (fits && std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    }
}

// RFC 1870 section 4. What is no number, or none that fits, limits nothing.
std::uint64_t parse_size(std::string_view word) {
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), size);
    return error == std::errc() && end == word.data() + word.size() ? size : 0;
}

void add_line(Capabilities& offered, std::string_view line) {
    const std::string keyword = upper(take_word(line));
    if (keyword == "PIPELINING") offered.pipelining = true;
    if (keyword == "ENHANCEDSTATUSCODES") offered.enhanced_status_codes = true;
    if (keyword == "8BITMIME") offered.eight_bit_mime = true;
    if (keyword == "SMTPUTF8") offered.smtputf8 = true;
    if (keyword == "DSN") offered.dsn = true;
    if (keyword == "CHUNKING") offered.chunking = true;
    if (keyword == "STARTTLS") offered.starttls = true;
    if (keyword == "SIZE") offered.size = parse_size(take_word(line));
    if (keyword == "XCLIENT") add_names(offered.xclient, line);
    if (keyword == "AUTH") add_names(offered.auth, line);
    // The form of before RFC 2554, which some servers still list beside the other.
    if (keyword.starts_with("AUTH=")) {
        add_names(offered.auth, std::string_view(keyword).substr(5));
        add_names(offered.auth, line);
    }
}

std::string listed(std::string_view keyword, const std::vector<std::string>& names) {
    std::string line(keyword);
    for (const std::string& name : names)
        line += ' ' + name;
    return line;
}

std::optional<std::uint64_t> smaller_size(std::optional<std::uint64_t> left,
                                          std::optional<std::uint64_t> right) {
    if (!left || !right) return left ? left : right;
    if (*left == 0 || *right == 0) return std::max(*left, *right);
    return std::min(*left, *right);
}

}  // namespace

Capabilities parse_ehlo(const Reply& reply) {
    Capabilities offered;
    for (std::size_t i = 1; i < reply.lines.size(); ++i)
        add_line(offered, reply.lines[i]);
    return offered;
}

Capabilities intersection(const Capabilities& left, const Capabilities& right) {
    Capabilities both;
    both.pipelining = left.pipelining && right.pipelining;
    both.enhanced_status_codes = left.enhanced_status_codes && right.enhanced_status_codes;
    both.eight_bit_mime = left.eight_bit_mime && right.eight_bit_mime;
    both.smtputf8 = left.smtputf8 && right.smtputf8;
    both.dsn = left.dsn && right.dsn;
    both.chunking = left.chunking && right.chunking;
    both.size = smaller_size(left.size, right.size);
    return both;
}

Reply ehlo_reply(std::string_view hostname, const Capabilities& offered) {
    Reply reply(250, "", hostname);
    const auto add = [&](bool there, std::string line) {
        if (there) reply.lines.push_back(std::move(line));
    };
    const std::uint64_t size = offered.size.value_or(0);
    add(offered.pipelining, "PIPELINING");
    add(offered.size.has_value(), size > 0 ? "SIZE " + std::to_string(size) : "SIZE");
    add(offered.starttls, "STARTTLS");
    add(!offered.auth.empty(), listed("AUTH", offered.auth));
    add(offered.enhanced_status_codes, "ENHANCEDSTATUSCODES");
    add(offered.eight_bit_mime, "8BITMIME");
    add(offered.dsn, "DSN");
    add(offered.smtputf8, "SMTPUTF8");
    add(offered.chunking, "CHUNKING");
    add(!offered.xclient.empty(), listed("XCLIENT", offered.xclient));
    return reply;
}

}  // namespace postern::smtp
