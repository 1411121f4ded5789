#include "smtp/envelope.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <span>

#include "address/unicode.hpp"
#include "smtp/ascii.hpp"
#include "smtp/replies.hpp"
#include "smtp/xtext.hpp"

namespace postern::smtp {

namespace {

using Value = std::optional<std::string_view>;  // nullopt: a parameter without "="

// An ESMTP parameter: when it is offered, and what it does to its command; false: a bad value.
template <class Envelope>
struct Parameter {
    std::string_view keyword;
    bool (*offered)(const Capabilities& capabilities);
    bool (*take)(Value value, const Capabilities& capabilities, Envelope& envelope);
};

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

// RFC 1870 section 5: up to 20 digits. What does not fit into 64 bits is too big for anybody.
bool take_size(Value value, const Capabilities&, Mail& mail) {
    if (!value || value->size() > 20 || !std::ranges::all_of(*value, is_digit)) return false;
    std::uint64_t size = 0;
    const auto read = std::from_chars(value->data(), value->data() + value->size(), size);
    const bool fits = read.ec == std::errc();
    mail.size = fits ? size : std::numeric_limits<std::uint64_t>::max();
    return true;
}

bool take_body(Value value, const Capabilities&, Mail& mail) {
    mail.body = upper(value.value_or(""));
    return mail.body == "7BIT" || mail.body == "8BITMIME";
}

bool take_smtputf8(Value value, const Capabilities&, Mail& mail) {
    mail.smtputf8 = true;
    return !value;
}

bool take_ret(Value value, const Capabilities&, Mail& mail) {
    mail.ret = value.value_or("");
    return equal_ignoring_case(mail.ret, "FULL") || equal_ignoring_case(mail.ret, "HDRS");
}

// RFC 3461 4.4: at most 100 printable characters before they are encoded.
bool take_envid(Value value, const Capabilities&, Mail& mail) {
    mail.envid = value.value_or("");
    const auto decoded = decode_xtext(mail.envid);
    return decoded && !decoded->empty() && decoded->size() <= 100 && is_printable(*decoded);
}

// RFC 4954 section 5: a mailbox as xtext, or "<>", which is xtext too.
bool take_auth(Value value, const Capabilities&, Mail& mail) {
    const auto decoded = decode_xtext(value.value_or(""));
    mail.auth = decoded && !decoded->empty() && decoded->size() <= 500 &&
                std::ranges::none_of(*decoded, is_control);
    return mail.auth;
}

// RFC 3461 4.1: NEVER alone, or any of the others.
bool take_notify(Value value, const Capabilities&, Rcpt& rcpt) {
    rcpt.notify = value.value_or("");
    if (equal_ignoring_case(rcpt.notify, "NEVER")) return true;
    std::string_view rest = rcpt.notify;
    for (;;) {
        const std::string_view word = rest.substr(0, rest.find(','));
        const bool known = equal_ignoring_case(word, "SUCCESS") ||
                           equal_ignoring_case(word, "FAILURE") ||
                           equal_ignoring_case(word, "DELAY");
        if (!known) return false;
        if (word.size() == rest.size()) return true;
        rest.remove_prefix(word.size() + 1);
    }
}

// RFC 6533 section 3: an address of type utf-8 may stand there unencoded.
bool is_unencoded_utf8(std::string_view address) {
    return !address::is_ascii(address) && address::is_text(address) &&
           address.find_first_of(" +=\\") == std::string_view::npos;
}

// RFC 3461 4.2: type ";" address, printable before its encoding, at most 500 octets of it.
bool take_orcpt(Value value, const Capabilities& capabilities, Rcpt& rcpt) {
    rcpt.orcpt = value.value_or("");
    const std::string_view typed = rcpt.orcpt;
    const std::size_t semicolon = typed.find(';');
    if (semicolon == std::string_view::npos || semicolon == 0) return false;
    const std::string_view type = typed.substr(0, semicolon);
    const std::string_view address = typed.substr(semicolon + 1);
    const bool type_is_good = std::ranges::all_of(
        type, [](char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_'; });
    if (!type_is_good || address.empty() || address.size() > 500) return false;
    if (equal_ignoring_case(type, "utf-8") && capabilities.smtputf8 && is_unencoded_utf8(address))
        return true;
    const auto decoded = decode_xtext(address);
    return decoded && is_printable(*decoded);
}

constexpr Parameter<Mail> mail_parameters[] = {
    {"SIZE", [](const Capabilities& c) { return c.size.has_value(); }, take_size},
    {"BODY", [](const Capabilities& c) { return c.eight_bit_mime; }, take_body},
    {"SMTPUTF8", [](const Capabilities& c) { return c.smtputf8; }, take_smtputf8},
    {"RET", [](const Capabilities& c) { return c.dsn; }, take_ret},
    {"ENVID", [](const Capabilities& c) { return c.dsn; }, take_envid},
    // Also behind the AUTH that took the keyword out of EHLO.
    {"AUTH", [](const Capabilities&) { return true; }, take_auth},
};

constexpr Parameter<Rcpt> rcpt_parameters[] = {
    {"NOTIFY", [](const Capabilities& c) { return c.dsn; }, take_notify},
    {"ORCPT", [](const Capabilities& c) { return c.dsn; }, take_orcpt},
};

// RFC 5321 4.1.2: esmtp-keyword, and esmtp-value with RFC 6531 3.3.
bool is_keyword(std::string_view text) {
    return !text.empty() && text.front() != '-' &&
           std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

bool is_value(std::string_view text) {
    return !text.empty() &&
           std::ranges::none_of(text, [](char c) { return is_control(c) || c == ' ' || c == '='; });
}

template <class Envelope>
class ParameterReader {
 public:
    ParameterReader(std::span<const Parameter<Envelope>> known, const Capabilities& offered)
        : known_(known), offered_(offered) {}

    // `text` is what stands behind the path. nullopt: all of it was good.
    std::optional<Reply> read(std::string_view text, Envelope& envelope) {
        while (!text.empty()) {
            if (text.front() != ' ') return replies::syntax_error("Garbage behind the address");
            text.remove_prefix(1);
            const std::string_view word = text.substr(0, text.find(' '));
            text.remove_prefix(word.size());
            if (auto refusal = take(word, envelope)) return refusal;
        }
        return std::nullopt;
    }

 private:
    std::optional<Reply> take(std::string_view word, Envelope& envelope) {
        const std::size_t equals = word.find('=');
        const std::string_view keyword = word.substr(0, equals);
        const Value value =
            equals == std::string_view::npos ? Value() : Value(word.substr(equals + 1));
        if (!is_keyword(keyword) || (value && !is_value(*value)))
            return replies::syntax_error("Malformed parameter");

        const auto found = std::ranges::find_if(known_, [&](const Parameter<Envelope>& parameter) {
            return equal_ignoring_case(parameter.keyword, keyword) && parameter.offered(offered_);
        });
        if (found == known_.end()) return replies::unknown_parameter(keyword);
        const std::string name(found->keyword);
        const unsigned bit = 1U << (found - known_.begin());
        if ((seen_ & bit) != 0) return replies::syntax_error(name + " is given twice");
        seen_ |= bit;
        if (!found->take(value, offered_, envelope))
            return replies::syntax_error("Bad value of " + name);
        return std::nullopt;
    }

    std::span<const Parameter<Envelope>> known_;
    const Capabilities& offered_;
    unsigned seen_ = 0;
};

// Takes "FROM:<...>" or "TO:<...>" off the front of `argument`: what is between the brackets. A ">"
// in a quoted local part does not close them. nullopt: no such thing is there.
std::optional<std::string_view> take_path(std::string_view& argument, std::string_view keyword) {
    if (!equal_ignoring_case(argument.substr(0, keyword.size()), keyword)) return std::nullopt;
    std::string_view rest = argument.substr(keyword.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    if (!rest.starts_with('<')) return std::nullopt;
    bool quoted = false;
    for (std::size_t i = 1; i < rest.size(); ++i) {
        if (rest[i] == '"') quoted = !quoted;
        if (rest[i] == '\\' && quoted) ++i;
        if (i >= rest.size() || rest[i] != '>' || quoted) continue;
        argument = rest.substr(i + 1);
        return rest.substr(1, i - 1);
    }
    return std::nullopt;
}

}  // namespace

std::string with_brackets(std::string_view line) {
    const auto colon = line.find(':');
    const auto begin = line.find_first_not_of(' ', colon == line.npos ? colon : colon + 1);
    const auto command = line.substr(0, colon);
    const bool has_path =
        equal_ignoring_case(command, "MAIL FROM") || equal_ignoring_case(command, "RCPT TO");
    if (!has_path || begin == line.npos || line[begin] == '<') return std::string(line);
    const auto end = std::min(line.find(' ', begin), line.size());
    return fmt::format("{}<{}>{}", line.substr(0, begin), line.substr(begin, end - begin),
                       line.substr(end));
}

boost::system::result<Mail, Reply> parse_mail(std::string_view argument,
                                              const Capabilities& offered) {
    const auto inside = take_path(argument, "FROM:");
    if (!inside) return replies::syntax_error("Syntax: MAIL FROM:<address> [parameters]");
    Mail mail;
    ParameterReader<Mail> parameters(mail_parameters, offered);
    if (auto refusal = parameters.read(argument, mail)) return *std::move(refusal);
    if (!address::is_ascii(*inside) && !mail.smtputf8) return replies::needs_smtputf8();
    auto path = address::parse_path(*inside);
    const bool lacks_domain = path && path->mailbox && path->mailbox->domain.empty();
    if (!path || lacks_domain) return replies::syntax_error("Bad sender address syntax");
    mail.reverse_path = *std::move(path);
    return mail;
}

boost::system::result<Rcpt, Reply> parse_rcpt(std::string_view argument,
                                              const Capabilities& offered) {
    const auto inside = take_path(argument, "TO:");
    if (!inside) return replies::syntax_error("Syntax: RCPT TO:<address> [parameters]");
    Rcpt rcpt;
    ParameterReader<Rcpt> parameters(rcpt_parameters, offered);
    if (auto refusal = parameters.read(argument, rcpt)) return *std::move(refusal);
    // Where SMTPUTF8 is offered, Dialogue knows whether this transaction uses it.
    if (!address::is_ascii(*inside) && !offered.smtputf8) return replies::needs_smtputf8();
    auto path = address::parse_path(*inside);
    if (!path || !path->mailbox) return replies::syntax_error("Bad recipient address syntax");
    rcpt.forward_path = *std::move(path);
    return rcpt;
}

}  // namespace postern::smtp
