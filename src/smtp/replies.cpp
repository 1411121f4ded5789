#include "smtp/replies.hpp"

#include <string>

namespace postern::smtp::replies {

Reply greeting(std::string_view hostname) {
    return {220, "", std::string(hostname) + " ESMTP Postern"};
}

Reply helo(std::string_view hostname) {
    return {250, "", hostname};
}

Reply challenge(std::string_view base64) {
    return {334, "", base64};
}

Reply start_mail() {
    return {354, "", "End data with <CR><LF>.<CR><LF>"};
}

Reply ok() {
    return {250, "2.0.0", "Ok"};
}

Reply goodbye() {
    return {221, "2.0.0", "Bye"};
}

Reply help() {
    Reply reply(214, "2.0.0",
                "Commands: EHLO HELO STARTTLS AUTH MAIL RCPT DATA RSET NOOP VRFY HELP QUIT");
    reply.lines.emplace_back("This is a mail submission service: log in, then send");
    return reply;
}

Reply vrfy() {
    return {252, "2.0.0", "Cannot verify, but will try to deliver"};
}

Reply expn() {
    return {502, "5.5.1", "EXPN is not implemented"};
}

Reply ready_for_tls() {
    return {220, "2.0.0", "Ready to start TLS"};
}

Reply sender_ok() {
    return {250, "2.1.0", "Sender ok"};
}

Reply recipient_ok() {
    return {250, "2.1.5", "Recipient ok"};
}

Reply chunk_accepted(std::uint64_t octets) {
    return {250, "2.0.0", std::to_string(octets) + " octets received"};
}

Reply message_accepted(std::string_view id) {
    return {250, "2.0.0", "Ok: accepted as " + std::string(id)};
}

Reply authentication_succeeded() {
    return {235, "2.7.0", "Authentication successful"};
}

Reply authentication_failed() {
    return {535, "5.7.8", "Authentication credentials invalid"};
}

Reply password_expired(std::string_view text) {
    return {535, "5.7.8", text};
}

Reply account_disabled() {
    return {525, "5.7.13", "User account disabled"};
}

Reply authentication_unavailable() {
    return {454, "4.7.0", "Temporary authentication failure: the password was not checked"};
}

Reply authentication_cancelled() {
    return {501, "5.7.0", "Authentication cancelled"};
}

Reply authentication_malformed() {
    return {501, "5.5.2", "Malformed authentication data"};
}

Reply authentication_line_too_long() {
    return {500, "5.5.6", "Authentication exchange line is too long"};
}

Reply mechanism_unknown() {
    return {504, "5.5.4", "Authentication mechanism is not offered"};
}

Reply authentication_not_offered() {
    return {502, "5.5.1", "Authentication is not offered here"};
}

Reply authentication_required() {
    return {530, "5.7.0", "Authentication required"};
}

Reply must_starttls_first() {
    return {530, "5.7.0", "Must issue a STARTTLS command first"};
}

Reply starttls_not_offered() {
    return {502, "5.5.1", "STARTTLS is not offered here"};
}

Reply too_many_attempts() {
    return {421, "4.7.0", "Too many authentication attempts"};
}

Reply sender_not_owned() {
    return {550, "5.7.1", "Sender address is not owned by the authenticated user"};
}

Reply header_cannot_be_judged() {
    return {550, "5.6.0", "The header does not say clearly who the message is from"};
}

Reply header_too_big() {
    return {552, "5.3.4", "The message header is too big"};
}

Reply no_memory_for_header() {
    return {452, "4.3.1", "Too many messages at once, try again later"};
}

Reply relaying_denied() {
    return {550, "5.7.1", "Relaying denied"};
}

Reply too_many_recipients() {
    return {452, "4.5.3", "Too many recipients"};
}

Reply message_too_big() {
    return {552, "5.3.4", "Message is too big"};
}

Reply needs_smtputf8() {
    return {553, "5.6.7", "An internationalized address needs SMTPUTF8"};
}

Reply bare_newline() {
    return {550, "5.6.0", "Bare CR or LF in the message: lines end with CRLF"};
}

Reply nul_octet() {
    return {550, "5.6.0", "NUL in the message"};
}

Reply unknown_command() {
    return {500, "5.5.2", "Command not recognized"};
}

Reply syntax_error(std::string_view text) {
    return {501, "5.5.4", text};
}

Reply unknown_parameter(std::string_view keyword) {
    return {555, "5.5.4", "Unsupported parameter " + std::string(keyword.substr(0, 32))};
}

Reply hello_first() {
    return {503, "5.5.1", "Send EHLO or HELO first"};
}

Reply ehlo_first() {
    return {503, "5.5.1", "Send EHLO first"};
}

Reply tls_is_on() {
    return {503, "5.5.1", "TLS is on already"};
}

Reply already_authenticated() {
    return {503, "5.5.1", "Already authenticated"};
}

Reply not_in_a_transaction() {
    return {503, "5.5.1", "Not inside a mail transaction"};
}

Reply sender_already_given() {
    return {503, "5.5.1", "Sender already given"};
}

Reply mail_first() {
    return {503, "5.5.1", "Send MAIL first"};
}

Reply rcpt_first() {
    return {503, "5.5.1", "Send RCPT first"};
}

Reply no_valid_recipients() {
    return {554, "5.5.1", "No valid recipients"};
}

Reply chunks_have_begun() {
    return {503, "5.5.1", "The message has begun with BDAT"};
}

Reply chunk_of_a_refused_message() {
    return {503, "5.5.1", "The message was refused; send RSET"};
}

Reply line_too_long() {
    return {500, "5.5.2", "Line is too long"};
}

Reply too_many_errors() {
    return {421, "4.7.0", "Too many errors"};
}

Reply http() {
    return {421, "4.7.0", "This is not a web server"};
}

Reply next_hop_unreachable() {
    return {451, "4.4.1", "The mail server behind this gateway cannot be reached, try again later"};
}

Reply next_hop_lost() {
    return {451, "4.4.2", "Lost the mail server behind this gateway, try again later"};
}

Reply next_hop_misconfigured() {
    return {451, "4.3.5", "The mail server behind this gateway is not configured for it"};
}

Reply next_hop_busy() {
    return {451, "4.3.2", "The mail server behind this gateway is busy, try again later"};
}

Reply storage_full() {
    return {452, "4.3.1", "Insufficient storage"};
}

Reply local_error() {
    return {451, "4.3.0", "Local error, try again later"};
}

Reply spoke_before_the_greeting(std::string_view hostname) {
    return {554, "5.5.0", std::string(hostname) + " client spoke before the greeting"};
}

Reply injection() {
    return {554, "5.5.0", "Octets behind STARTTLS"};
}

Reply idle_timeout() {
    return {421, "4.4.2", "Idle for too long"};
}

Reply still_sending() {
    return {421, "4.7.0", "The message was refused, and does not end"};
}

Reply too_many_connections() {
    return {421, "4.7.0", "Too many connections, try again later"};
}

Reply proxy_header_expected() {
    return {421, "4.7.0", "A PROXY header is expected from this address"};
}

Reply shutting_down() {
    return {421, "4.3.2", "Shutting down, try again later"};
}

Reply internal_error() {
    return {421, "4.3.0", "Internal error, try again later"};
}

}  // namespace postern::smtp::replies
