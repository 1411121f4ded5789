#include "smtp/command.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "smtp/ascii.hpp"
#include "smtp/envelope.hpp"
#include "smtp/replies.hpp"

namespace postern::smtp {

namespace {

using Parsed = boost::system::result<Command, Reply>;

// What follows the verb: `separated` tells a missing argument from an empty one.
struct Argument {
    std::string_view text;
    bool separated = false;
};

template <class Hello>
Parsed parse_hello(Argument argument, const Capabilities&) {
    std::string_view domain = argument.text;
    domain.remove_prefix(std::min(domain.find_first_not_of(' '), domain.size()));
    if (domain.empty()) return replies::syntax_error("Syntax: EHLO hostname");
    if (domain.size() > 255) return replies::syntax_error("The hostname is too long");
    return Command(Hello{std::string(domain)});
}

// RFC 4954 section 4. Whether the mechanism exists and the response is base64 is judged in its
// exchange.
Parsed parse_auth(Argument argument, const Capabilities&) {
    const std::string_view mechanism = argument.text.substr(0, argument.text.find(' '));
    if (mechanism.empty())
        return replies::syntax_error("Syntax: AUTH mechanism [initial-response]");
    Auth auth{std::string(mechanism), std::nullopt};
    if (mechanism.size() < argument.text.size()) {
        const std::string_view response = argument.text.substr(mechanism.size() + 1);
        if (response.find(' ') != std::string_view::npos)
            return replies::syntax_error("Syntax: AUTH mechanism [initial-response]");
        auth.initial_response.emplace(response);
    }
    return Command(std::move(auth));
}

template <class Envelope, auto parse>
Parsed parse_envelope(Argument argument, const Capabilities& offered) {
    boost::system::result<Envelope, Reply> parsed = parse(argument.text, offered);
    if (!parsed) return std::move(parsed).error();
    return Command(*std::move(parsed));
}

template <class Bare>
Parsed parse_bare(Argument argument, const Capabilities&) {
    if (argument.separated) return replies::syntax_error("No argument allowed");
    return Command(Bare{});
}

Parsed parse_noop(Argument, const Capabilities&) {
    return Command(Noop{});
}

template <class Asking>
Parsed parse_asking(Argument argument, const Capabilities&) {
    if (argument.text.empty()) return replies::syntax_error("An argument is missing");
    return Command(Asking{std::string(argument.text)});
}

Parsed parse_help(Argument argument, const Capabilities&) {
    return Command(Help{std::string(argument.text)});
}

// RFC 3030 section 2: "BDAT" SP 1*20DIGIT [SP "LAST"].
Parsed parse_bdat(Argument argument, const Capabilities&) {
    const std::string_view number = argument.text.substr(0, argument.text.find(' '));
    Bdat bdat;
    const auto [end, error] = std::from_chars(number.begin(), number.end(), bdat.octets);
    const bool is_number = error == std::errc() && end == number.end();
    const std::string_view rest = argument.text.substr(number.size());
    bdat.last = equal_ignoring_case(rest, " LAST");
    if (is_number && (rest.empty() || bdat.last)) return Command(bdat);
    return replies::syntax_error("Syntax: BDAT octets [LAST]");
}

struct Verb {
    std::string_view name;
    Parsed (*parse)(Argument argument, const Capabilities& offered);
};

constexpr Verb verbs[] = {
    {"EHLO", parse_hello<Ehlo>},
    {"HELO", parse_hello<Helo>},
    {"STARTTLS", parse_bare<StartTls>},
    {"AUTH", parse_auth},
    {"MAIL", parse_envelope<Mail, parse_mail>},
    {"RCPT", parse_envelope<Rcpt, parse_rcpt>},
    {"DATA", parse_bare<Data>},
    {"BDAT", parse_bdat},
    {"RSET", parse_bare<Rset>},
    {"NOOP", parse_noop},
    {"VRFY", parse_asking<Vrfy>},
    {"EXPN", parse_asking<Expn>},
    {"HELP", parse_help},
    {"QUIT", parse_bare<Quit>},
};

constexpr std::string_view http_methods[] = {"GET",     "HEAD",  "POST",  "PUT",     "DELETE",
                                             "CONNECT", "TRACE", "PATCH", "OPTIONS", "PRI"};

std::string_view first_word(std::string_view line) {
    return line.substr(0, line.find_first_of(" \t"));
}

}  // namespace

Parsed parse_command(std::string_view line, const Capabilities& offered) {
    while (line.ends_with(' ') || line.ends_with('\t'))
        line.remove_suffix(1);
    const std::string_view verb = line.substr(0, line.find(' '));
    const auto* known = std::ranges::find_if(
        verbs, [&](const Verb& v) { return equal_ignoring_case(v.name, verb); });
    if (known == std::end(verbs)) return replies::unknown_command();

    Argument argument;
    if (verb.size() < line.size()) argument = {line.substr(verb.size() + 1), true};
    if (std::ranges::any_of(argument.text, is_control))
        return replies::syntax_error("Control characters are not allowed");
    return known->parse(argument, offered);
}

bool is_auth_line(std::string_view line) {
    return equal_ignoring_case(first_word(line), "AUTH");
}

bool is_bdat_line(std::string_view line) {
    return equal_ignoring_case(first_word(line), "BDAT");
}

bool looks_like_http(std::string_view line) {
    const std::string_view word = first_word(line);
    return std::ranges::any_of(http_methods,
                               [&](std::string_view m) { return equal_ignoring_case(m, word); });
}

// Of version 2 this is a line of the signature, "\r\n\r\n\0\r\nQUIT\n".
bool looks_like_proxy_header(std::string_view line) {
    return line.starts_with("PROXY ") || line == std::string_view("\0", 1);
}

std::size_t command_line_limit(const Capabilities& offered) {
    std::size_t mail = 512;
    std::size_t rcpt = 512;
    if (offered.size) mail += 26;            // RFC 1870 section 3
    if (offered.eight_bit_mime) mail += 17;  // RFC 6152 section 2
    if (offered.smtputf8) mail += 10;        // RFC 6531 3.1
    if (!offered.auth.empty()) mail += 500;  // RFC 4954 section 3
    if (offered.dsn) {                       // RFC 3461 section 4
        mail += 100;
        rcpt += 500;
    }
    return std::max(mail, rcpt);
}

void throw_exception_from_error(const Reply& error, const boost::source_location& at) {
    throw std::logic_error(at.to_string() + ": nobody looked at the refusal: " + error.summary());
}

}  // namespace postern::smtp
