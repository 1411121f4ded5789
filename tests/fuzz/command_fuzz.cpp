// A command line, from anybody: it is refused with a proper reply, or what is passed on of it is
// one line that reads as the same command again.
#include <cstdint>
#include <cstdlib>

#include "smtp/command.hpp"
#include "smtp/dialogue.hpp"

namespace {

using namespace postern::smtp;

Capabilities everything() {
    Capabilities all;
    all.pipelining = all.enhanced_status_codes = all.eight_bit_mime = true;
    all.smtputf8 = all.dsn = all.starttls = true;
    all.size = 0;
    all.auth = {"PLAIN", "LOGIN"};
    return all;
}

void check(bool holds) {
    if (!holds) std::abort();
}

void check_reply(const Reply& reply) {
    check(reply.permanent() && !reply.enhanced.empty() && !reply.lines.empty());
    const std::string wire = reply.wire();
    check(wire.find("\r\n") == wire.size() - 2 && wire.find('\0') == std::string::npos);
}

bool is_one_clean_line(const std::string& line) {
    for (const char c : line)
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7F') return false;
    return true;
}

template <class Envelope>
void check_passed_on(const Envelope& envelope, const std::string& line) {
    check(is_one_clean_line(line));
    const auto again = parse_command(line, everything());
    check(again.has_value() && std::holds_alternative<Envelope>(*again));
    if constexpr (std::is_same_v<Envelope, Mail>) {
        const Mail& mail = std::get<Mail>(*again);
        check(mail.reverse_path.mailbox == envelope.reverse_path.mailbox);
        check(mail.size == envelope.size && mail.body == envelope.body);
        check(mail.envid == envelope.envid && mail.ret == envelope.ret);
        check(!mail.auth && mail.smtputf8 == envelope.smtputf8);
        check(format(mail, everything(), 0) == line);
    } else {
        const Rcpt& rcpt = std::get<Rcpt>(*again);
        check(rcpt.forward_path.mailbox.has_value());
        check(rcpt.forward_path.mailbox == envelope.forward_path.mailbox);
        check(rcpt.notify == envelope.notify && rcpt.orcpt == envelope.orcpt);
        check(format(rcpt, everything()) == line);
    }
}

void check_line(std::string_view line, const Capabilities& offered) {
    const auto command = parse_command(line, offered);
    if (!command) return check_reply(command.error());
    if (const auto* mail = std::get_if<Mail>(&*command))
        check_passed_on(*mail, format(*mail, everything(), 0));
    if (const auto* rcpt = std::get_if<Rcpt>(&*command))
        check_passed_on(*rcpt, format(*rcpt, everything()));
    if (const auto* ehlo = std::get_if<Ehlo>(&*command))
        check(!ehlo->domain.empty() && ehlo->domain.size() <= 255 &&
              is_one_clean_line(ehlo->domain));

    Dialogue dialogue;
    for (const bool extended : {false, true}) {
        const auto objection = dialogue.objection(*command, {.require_auth = true});
        if (objection) check_reply(*objection);
        dialogue.hello(extended);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view line(reinterpret_cast<const char*>(data), size);
    check_line(line, everything());
    check_line(line, {});
    (void)looks_like_http(line);
    return 0;
}
