// MAIL and RCPT on their way to the next hop (BEHAVIOUR section 4).
#include <limits>

#include "smtp/command.hpp"

namespace postern::smtp {

namespace {

void append(std::string& line, std::string_view keyword, std::string_view value) {
    if (value.empty()) return;
    line += ' ';
    line += keyword;
    line += '=';
    line += value;
}

std::uint64_t add_up(std::uint64_t size, std::uint64_t extra) {
    const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    return size > most - extra ? most : size + extra;
}

}  // namespace

std::string format(const Mail& mail, const Capabilities& next_hop, std::uint64_t extra_size) {
    std::string line = "MAIL FROM:<" + mail.reverse_path.text + ">";
    if (mail.size && next_hop.size) {
        append(line, "SIZE", std::to_string(add_up(*mail.size, extra_size)));
    }
    // Without 8BITMIME there, the octets are sent all the same: only their declaration is left out.
    if (next_hop.eight_bit_mime) append(line, "BODY", mail.body);
    if (mail.smtputf8 && next_hop.smtputf8) line += " SMTPUTF8";
    if (next_hop.dsn) {
        append(line, "RET", mail.ret);
        append(line, "ENVID", mail.envid);
    }
    return line;
}

std::string format(const Rcpt& rcpt, const Capabilities& next_hop) {
    std::string line = "RCPT TO:<" + rcpt.forward_path.text + ">";
    if (next_hop.dsn) {
        append(line, "NOTIFY", rcpt.notify);
        append(line, "ORCPT", rcpt.orcpt);
    }
    return line;
}

bool can_carry(const Mail& mail, const Capabilities& next_hop) {
    const bool dsn = !mail.ret.empty() || !mail.envid.empty();
    return (next_hop.smtputf8 || !mail.smtputf8) && (next_hop.dsn || !dsn);
}

bool can_carry(const Rcpt& rcpt, const Capabilities& next_hop) {
    return next_hop.dsn || (rcpt.notify.empty() && rcpt.orcpt.empty());
}

}  // namespace postern::smtp
