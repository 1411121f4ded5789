#pragma once

#include <cstdint>
#include <string_view>

#include "smtp/reply.hpp"

// Every reply that is our own (BEHAVIOUR section 1). The one place where its words are changed;
// what is wrong with a command's syntax is said by its parser.
namespace postern::smtp::replies {

// Without an enhanced status code (RFC 2034 section 3): greeting, HELO, 334 and 354.
Reply greeting(std::string_view hostname);
Reply helo(std::string_view hostname);
Reply challenge(std::string_view base64);  // 334; empty: "334 " with the space
Reply start_mail();                        // 354

Reply ok();       // RSET, NOOP
Reply goodbye();  // QUIT
Reply help();
Reply vrfy();  // 252: neither yes nor no
Reply expn();
Reply ready_for_tls();  // 220 of STARTTLS
Reply sender_ok();
Reply recipient_ok();
Reply chunk_accepted(std::uint64_t octets);   // of a message that is not at its end
Reply message_accepted(std::string_view id);  // a next hop of our own (maildir) has it

// AUTH (RFC 4954)
Reply authentication_succeeded();
Reply authentication_failed();                  // unknown, wrong, locked, not permitted: one reply
Reply password_expired(std::string_view text);  // 535, with session.auth.expired-text
Reply account_disabled();                       // only ever behind the right password
Reply authentication_unavailable();             // nobody could check the password
Reply authentication_cancelled();               // the client's "*"
Reply authentication_malformed();               // not base64, or not of the mechanism's syntax
Reply authentication_line_too_long();
Reply mechanism_unknown();           // or not offered to this session
Reply authentication_not_offered();  // nothing is, and TLS would not help
Reply authentication_required();
Reply must_starttls_first();
Reply starttls_not_offered();
Reply too_many_attempts();  // 421

// What a user may not do
Reply sender_not_owned();
Reply header_too_big();
Reply header_cannot_be_judged();
Reply no_memory_for_header();  // 452: all held headers together
Reply relaying_denied();
Reply too_many_recipients();
Reply message_too_big();
Reply needs_smtputf8();  // a path beyond ASCII without SMTPUTF8
Reply bare_newline();
Reply nul_octet();

// Commands
Reply unknown_command();
Reply syntax_error(std::string_view text);
Reply unknown_parameter(std::string_view keyword);
Reply hello_first();  // 503 to here: out of order
Reply ehlo_first();
Reply tls_is_on();
Reply already_authenticated();
Reply not_in_a_transaction();
Reply sender_already_given();
Reply mail_first();
Reply rcpt_first();
Reply no_valid_recipients();  // 554: RCPT came, but all were refused
Reply chunks_have_begun();    // RCPT or DATA behind BDAT
Reply chunk_of_a_refused_message();
Reply line_too_long();
Reply too_many_errors();  // 421
Reply http();             // 421

// The next hop
Reply next_hop_unreachable();    // or it refuses us
Reply next_hop_lost();           // in the middle of a transaction
Reply next_hop_misconfigured();  // not set up for us
Reply next_hop_busy();           // all our connections to it are taken
Reply storage_full();
Reply local_error();  // a fault of ours; trying again may help

// The end of a connection, or in place of its beginning
Reply spoke_before_the_greeting(std::string_view hostname);
Reply injection();  // octets in the clear behind STARTTLS
Reply idle_timeout();
Reply still_sending();  // a refused message that does not end
Reply too_many_connections();
Reply proxy_header_expected();
Reply shutting_down();
Reply internal_error();

}  // namespace postern::smtp::replies
