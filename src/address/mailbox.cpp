#include "address/mailbox.hpp"

#include "address/literal.hpp"
#include "address/unicode.hpp"

namespace postern::address {
namespace {

constexpr std::size_t longest_local_part = 64;  // RFC 5321 4.5.3.1.1
constexpr std::size_t longest_path = 254;       // RFC 5321 4.5.3.1.3: 256 with "<" and ">"

bool is_dot_string(std::string_view text) {
    char before = '.';
    for (const char octet : text) {
        if (octet == '.' ? before == '.' : !is_atext(octet)) return false;
        before = octet;
    }
    return before != '.';
}

// Takes a dot-string off the front of `rest`, up to the "@" that must follow it.
std::optional<std::string> take_dot_string(std::string_view& rest) {
    const auto taken = rest.substr(0, rest.find('@'));
    if (!is_dot_string(taken)) return std::nullopt;
    rest.remove_prefix(taken.size());
    return std::string(taken);
}

// Takes a quoted string off the front of `rest` and its quotes and backslashes off the string.
std::optional<std::string> take_quoted_string(std::string_view& rest) {
    std::string content;
    for (std::size_t i = 1; i < rest.size(); ++i) {
        if (rest[i] == '"') {
            rest.remove_prefix(i + 1);
            return content;
        }
        if (rest[i] == '\\') {
            // RFC 5321 quoted-pairSMTP: behind a backslash stands one printable ASCII character.
            if (++i == rest.size() || (rest[i] & 0x80) != 0) return std::nullopt;
        }
        content += rest[i];
    }
    return std::nullopt;
}

std::string quote(std::string_view local_part) {
    std::string quoted = "\"";
    for (const char octet : local_part) {
        if (octet == '"' || octet == '\\') quoted += '\\';
        quoted += octet;
    }
    return quoted += '"';
}

bool is_postmaster(std::string_view text) {
    return is_ascii(text) && to_lower(text) == "postmaster";
}

// RFC 5321 A-d-l: "@one.example,@two.example" up to the colon, taken off the front of `rest` with
// it.
bool take_source_route(std::string_view& rest) {
    while (rest.starts_with('@')) {
        const auto end = rest.find_first_of(",:");
        if (end == std::string_view::npos || !normalize_domain(rest.substr(1, end - 1))) {
            return false;
        }
        const bool last = rest[end] == ':';
        rest.remove_prefix(end + 1);
        if (last) return true;
    }
    return false;
}

std::optional<std::string> normalize(std::string_view domain) {
    return domain.starts_with('[') ? normalize_literal(domain) : normalize_domain(domain);
}

}  // namespace

bool is_atext(char octet) {
    constexpr std::string_view specials = "!#$%&'*+-/=?^_`{|}~";
    return (octet & 0x80) != 0 || (octet >= '0' && octet <= '9') ||
           (octet >= 'A' && octet <= 'Z') || (octet >= 'a' && octet <= 'z') ||
           specials.find(octet) != std::string_view::npos;
}

std::string Mailbox::text() const {
    const auto written = is_dot_string(local_part) ? local_part : quote(local_part);
    return domain.empty() ? written : written + '@' + domain;
}

bool Unjudged::is_at(const std::string& normal) const {
    if (domain.starts_with('[')) return normalize_literal(domain) == normal;
    return is_spelling_of(domain, normal);
}

std::optional<Unjudged> split_mailbox(std::string_view text) {
    if (!is_text(text)) return std::nullopt;
    auto rest = text;
    auto local_part = text.starts_with('"') ? take_quoted_string(rest) : take_dot_string(rest);
    if (!local_part || !rest.starts_with('@')) return std::nullopt;
    if (local_part->size() > longest_local_part) return std::nullopt;
    *local_part = to_nfc(*local_part);
    if (local_part->size() > longest_local_part) return std::nullopt;  // NFC may lengthen it
    return Unjudged{std::move(*local_part), rest.substr(1)};
}

std::optional<Mailbox> parse_mailbox(std::string_view text) {
    auto halves = split_mailbox(text);
    if (!halves) return std::nullopt;
    auto domain = normalize(halves->domain);
    if (!domain) return std::nullopt;
    return Mailbox{std::move(halves->local_part), std::move(*domain)};
}

std::optional<Path> parse_path(std::string_view inside) {
    if (inside.size() > longest_path) return std::nullopt;
    if (inside.empty()) return Path{};
    if (is_postmaster(inside)) return Path{Mailbox{"postmaster", ""}, false, std::string(inside)};

    auto rest = inside;
    const bool source_route = inside.starts_with('@');
    if (source_route && !take_source_route(rest)) return std::nullopt;
    auto mailbox = parse_mailbox(rest);
    if (!mailbox) return std::nullopt;
    return Path{std::move(mailbox), source_route, std::string(rest)};
}

}  // namespace postern::address
