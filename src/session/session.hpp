// session: the story of one client connection, greeting to QUIT. `session` is the story, `client`
// its side of the wire, `authentication` the AUTH stage, `relay` one message on its way to the next
// hop. A session lives and dies on one worker's thread; what it shares with others is the immutable
// Environment.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "session/authentication.hpp"
#include "session/client.hpp"
#include "session/envelope_rules.hpp"
#include "session/environment.hpp"
#include "session/facts.hpp"
#include "session/relay.hpp"
#include "smtp/command.hpp"
#include "smtp/dialogue.hpp"

namespace postern::session {

// One client connection from the greeting to QUIT. `run` is the story; what has happened so far is
// in the Dialogue (the order of commands) and in the Facts (who and where). Lives on one worker.
class Session {
 public:
    // `introduction`: the PROXY header that stood before what `stream` has, if there was one.
    Session(std::shared_ptr<const Environment> environment, Listener listener, net::Stream stream,
            const std::optional<net::ProxyHeader>& introduction = std::nullopt);

    // Ends when the connection has ended. Throws nothing. Cancellation ends the session with a 421.
    net::Task<> run();

 private:
    net::Task<> converse();
    net::Task<bool> hold_greeting();
    net::Task<> start_tls();
    net::Deadline patience() const;
    net::Task<bool> next_line(std::string& line);
    net::Task<> obey(std::string_view line);
    net::Task<> hello(const std::string& domain, bool extended);

    // One for each command of RFC 5321 and its extensions (session_commands.cpp); the command is in
    // order when it comes here.
    net::Task<> handle(const smtp::Ehlo& command);
    net::Task<> handle(const smtp::Helo& command);
    net::Task<> handle(const smtp::StartTls& command);
    net::Task<> handle(const smtp::Auth& command);
    net::Task<> handle(const smtp::Mail& command);
    net::Task<> handle(const smtp::Rcpt& command);
    net::Task<> handle(const smtp::Data& command);
    net::Task<> handle(const smtp::Bdat& command);
    net::Task<> handle(const smtp::Rset& command);
    net::Task<> handle(const smtp::Quit& command);
    net::Task<> handle(const smtp::Noop& command);
    net::Task<> handle(const smtp::Vrfy& command);
    net::Task<> handle(const smtp::Expn& command);
    net::Task<> handle(const smtp::Help& command);

    net::Task<std::optional<smtp::Reply>> recognize_network();
    net::Task<> object(const smtp::Command& command, const smtp::Reply& objection);
    net::Task<> refuse_proxy_header();
    void bad_command(const smtp::Reply& reply);
    void end(const smtp::Reply& last_words);
    void still_sending();

    const std::shared_ptr<const Environment> environment_;
    const Settings& settings_;
    const Listener listener_;
    Facts facts_;
    const observe::Subject subject_;
    const net::Clock::time_point born_;
    const std::string balancer_;  // its address; empty: the client came by itself
    Client client_;
    smtp::Dialogue dialogue_;
    smtp::Capabilities offered_;  // by the last EHLO; nothing after HELO
    EnvelopeRules envelope_rules_;
    Authentication authentication_;
    Relay relay_;
    net::Clock::time_point transaction_begun_{};
    std::int64_t bad_commands_ = 0;
    bool over_ = false;
    std::string ending_;  // why the session ended, for the log
};

}  // namespace postern::session
