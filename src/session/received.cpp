#include "session/received.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "session/message_date.hpp"

namespace postern::session {

namespace {

bool is_atom_octet(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
}

// RFC 5322 3.2.3 and 3.2.4: as atoms when it is one, quoted when that helps, else `unknown`.
std::string word(const std::string& text) {
    constexpr std::size_t longest = 255;
    if (text.empty() || text.size() > longest) return "unknown";
    if (std::ranges::all_of(text, is_atom_octet)) return text;
    const bool printable = std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
    if (!printable) return "unknown";
    std::string quoted = "\"";
    for (const char c : text) {
        // Parentheses too: the login stands in a comment, where quotes do not protect them.
        if (c == '"' || c == '\\' || c == '(' || c == ')') quoted.push_back('\\');
        quoted.push_back(c);
    }
    return quoted + "\"";
}

// An address literal is the one HELO word with brackets that needs no quotes.
std::string helo_word(const std::string& helo) {
    const bool literal = helo.size() > 2 && helo.front() == '[' && helo.back() == ']' &&
                         std::ranges::all_of(helo.substr(1, helo.size() - 2), [](char c) {
                             return std::isxdigit(static_cast<unsigned char>(c)) || c == '.' ||
                                    c == ':' || c == 'I' || c == 'P' || c == 'v';
                         });
    return literal ? helo : word(helo);
}

std::string address_literal(const std::string& address) {
    return address.find(':') == std::string::npos ? fmt::format("[{}]", address)
                                                  : fmt::format("[IPv6:{}]", address);
}

// RFC 3848: ESMTP, ESMTPS, ESMTPSA, ...; RFC 6531: UTF8SMTP, UTF8SMTPSA, ...
std::string protocol(const Trace& trace) {
    if (!trace.extended) return "SMTP";
    return fmt::format("{}{}{}", trace.smtputf8 ? "UTF8SMTP" : "ESMTP", trace.tls ? "S" : "",
                       trace.authenticated ? "A" : "");
}

}  // namespace

std::string received_field(const Trace& trace) {
    std::string field = fmt::format("Received: from {}", helo_word(trace.helo));
    if (!trace.address.empty()) field += fmt::format(" ({})", address_literal(trace.address));
    if (trace.tls)
        field += fmt::format("\r\n\t(using {} with cipher {})", word(trace.tls_version),
                             word(trace.tls_cipher));
    if (!trace.login.empty())
        field += fmt::format("\r\n\t(authenticated as {})", word(trace.login));
    field += fmt::format("\r\n\tby {} with {} id {}", word(trace.hostname), protocol(trace),
                         trace.session);
    if (!trace.recipient.empty()) field += fmt::format("\r\n\tfor <{}>", trace.recipient);
    field += fmt::format(";\r\n\t{}\r\n", message_date(trace.time));
    return field;
}

}  // namespace postern::session
