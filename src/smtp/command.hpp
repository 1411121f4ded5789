#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "address/mailbox.hpp"
#include "crypto/secret.hpp"
#include "smtp/capabilities.hpp"
#include "smtp/reply.hpp"

namespace postern::smtp {

struct Ehlo {
    std::string domain;
};  // 1-255 octets without control characters, not judged further
struct Helo {
    std::string domain;
};
struct StartTls {};
struct Auth {
    std::string mechanism;                           // as typed
    std::optional<crypto::Secret> initial_response;  // still base64; "=" is an empty response
};
struct Mail {
    address::Path reverse_path;
    std::optional<std::uint64_t> size;  // SIZE= (RFC 1870)
    std::string body;                   // BODY= in upper case: "7BIT", "8BITMIME", or empty
    bool smtputf8 = false;
    std::string ret, envid;  // RET=, ENVID= (RFC 3461) as typed, or empty
    bool auth = false;       // AUTH= was there, of good syntax; it is never forwarded
};
struct Rcpt {
    address::Path forward_path;  // never empty; a bare <postmaster> has no domain
    std::string notify, orcpt;   // RFC 3461 as typed, or empty
};
struct Data {};
struct Bdat {  // RFC 3030
    std::uint64_t octets = 0;
    bool last = false;
};
struct Rset {};
struct Noop {};
struct Vrfy {
    std::string argument;
};
struct Expn {
    std::string argument;
};
struct Help {
    std::string topic;
};
struct Quit {};

using Command = std::variant<Noop, Ehlo, Helo, StartTls, Auth, Mail, Rcpt, Data, Bdat, Rset, Vrfy,
                             Expn, Help, Quit>;

// RFC 5321 4.1.1. `line` comes without its CRLF; `offered` is what our EHLO offered (nothing after
// HELO), for a parameter of an extension that was not offered is unknown (555 5.5.4). Spaces after
// "MAIL FROM:" and trailing blanks are forgiven. The error is the reply the contract has for it.
boost::system::result<Command, Reply> parse_command(std::string_view line,
                                                    const Capabilities& offered);

// "MAIL FROM:jane@example.org" with the brackets that a device has forgotten; every other line as
// it is. For listeners with the workaround "bare-path".
std::string with_brackets(std::string_view line);

// True when the line begins with the verb AUTH: it may be longer, and holds credentials.
bool is_auth_line(std::string_view line);

// True when the line begins with the verb BDAT: octets that are no commands follow it.
bool is_bdat_line(std::string_view line);

// HTTP verbs at the start of a line: somebody mistook us for a web server, or wants others to.
bool looks_like_http(std::string_view line);

// A header of the PROXY protocol where a command should be.
bool looks_like_proxy_header(std::string_view line);

// The octets a command line may have, CRLF included: 512, and what `offered` adds to MAIL and RCPT
// (RFC 1870, 3461, 6152, 6531, 4954).
std::size_t command_line_limit(const Capabilities& offered);
// The same for an AUTH command and each line of its exchange (RFC 4954 section 4).
inline constexpr std::size_t auth_line_limit = 12288;

// MAIL and RCPT as they are passed on, without CRLF, with the parameters the next hop understands.
// `extra_size` octets are added to a SIZE= (what we put before the message).
std::string format(const Mail& mail, const Capabilities& next_hop, std::uint64_t extra_size);
std::string format(const Rcpt& rcpt, const Capabilities& next_hop);

// Whether the next hop offers all that the command uses. Only 8BITMIME may be missing: mail servers
// that lack it pass eight bits all the same.
bool can_carry(const Mail& mail, const Capabilities& next_hop);
bool can_carry(const Rcpt& rcpt, const Capabilities& next_hop);

[[noreturn]] void throw_exception_from_error(const Reply& error, const boost::source_location& at);

}  // namespace postern::smtp
