#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "config/section.hpp"
#include "expr/expression.hpp"
#include "policy/sender.hpp"
#include "session/auth_limit_settings.hpp"

namespace postern::session {

using std::chrono::milliseconds;

// A message without From.
enum class MissingFrom : std::uint8_t { refuse, add };
// A From that is not owned, in a message whose Resent-From is.
enum class Resent : std::uint8_t { refuse, allow };

// [session.auth]
struct AuthSettings {
    expr::Expression mechanisms, directory, require, allow_plain_text;
    expr::Expression must_match_sender, send_as_anyone;
    // Asked when the header is judged; `sender` is the reverse-path then.
    expr::Expression must_match_header_from{true};
    // May whoever has authenticated act as somebody else? Asked between the two.
    expr::Expression may_act_as{false};
    // Asked at connect: the login of the account that this client is without AUTH; "" is none.
    expr::Expression network_principal{expr::Value(false)};
    expr::Expression errors_total, errors_wait;
    MissingFrom missing_from = MissingFrom::refuse;
    Resent resent = Resent::refuse;
    std::int64_t attempts = 10;  // AUTH commands of any outcome
    std::string expired_text = "Authentication credentials invalid";
    bool null_sender = true;  // MAIL FROM:<> for an authenticated user
    policy::SenderRules sender;
    AuthLimitSettings limits;
};

// [session.limits]; BEHAVIOUR section 4 names the deadlines.
struct Limits {
    std::uint64_t message_size = 50 * 1024 * 1024;
    std::int64_t recipients = 1000;
    std::int64_t bad_commands = 20;
    std::uint64_t header_limit = 96 * 1024;
    std::uint64_t header_memory = 256 * 1024 * 1024;  // of all sessions together
    std::int64_t connections = 10'000;
    std::int64_t connections_per_network = 50;
    milliseconds idle = std::chrono::minutes(5);              // after AUTH
    milliseconds duration = std::chrono::hours(1);            // of a session, between transactions
    milliseconds unauthenticated = std::chrono::seconds(90);  // before AUTH, in all
    milliseconds handshake = std::chrono::seconds(10);
    milliseconds command = std::chrono::seconds(60);      // a line, from its first octet
    milliseconds auth = std::chrono::seconds(60);         // one exchange
    milliseconds reply = std::chrono::seconds(60);        // that the client does not read
    std::uint64_t data_rate = 500;                        // octets a second, averaged over
    milliseconds data_window = std::chrono::seconds(30);  // this
    // Not a setting: BEHAVIOUR fixes it.
    milliseconds swallow = std::chrono::minutes(5);  // the rest of a refused message
};

// [session.relay] and [session.rcpt]
struct RelaySettings {
    expr::Expression next_hop;
    expr::Expression relay;                  // who may reach any recipient
    std::vector<std::string> local_domains;  // whom everybody else may reach; normal form
    bool received_client_address = true;
    bool received_login = false;
    // RFC 6409 8: fields that are added where they are missing.
    bool add_date = false;
    bool add_message_id = false;
    // "refuse" or "normalize", per listener where it is an expression; asked at MAIL.
    expr::Expression bare_newline{expr::Constant{"refuse"}};

    bool normalizes_bare_newlines(const expr::Variables& variables) const {
        return bare_newline.text(variables) == "normalize";
    }
    milliseconds linger =
        std::chrono::seconds(2);  // no setting: how long an idle client keeps its next hop
};

struct Settings {
    std::string hostname;
    // [session] greeting-delay: whoever speaks before the greeting is no mail client.
    expr::Expression greeting_delay{expr::Value(std::int64_t{0})};
    AuthSettings auth;
    Limits limits;
    RelaySettings relay;

    // Reads [session]; `directories` and `next_hops` are the configured names, which expressions
    // may name.
    static Settings read(config::Section& root, std::string hostname,
                         const std::vector<std::string>& directories,
                         const std::vector<std::string>& next_hops);
};

}  // namespace postern::session
