#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "session/body_reader.hpp"
#include "session/client.hpp"
#include "session/environment.hpp"
#include "session/facts.hpp"
#include "session/header.hpp"
#include "smtp/command.hpp"
#include "smtp/dialogue.hpp"
#include "upstream/next_hop.hpp"

namespace postern::session {

// The mail transactions of one session on their way through a next hop. MAIL and RCPT go on as they
// come; their replies are owed, and given in order. DATA does not go on: we answer 354, hold the
// header, have it judged, and only then bother the next hop. Nothing is acknowledged that the next
// hop has not acknowledged.
class Relay {
 public:
    Relay(const Environment& environment, Client& client, Facts& facts, smtp::Dialogue& dialogue,
          const observe::Subject& subject)
        : environment_(environment),
          client_(client),
          facts_(facts),
          dialogue_(dialogue),
          subject_(subject) {}

    // MAIL and RCPT, already checked against our own rules. MAIL opens the way to the next hop
    // where there is none; what it returns is the reply when there is no way.
    net::Task<std::optional<smtp::Reply>> mail(const smtp::Mail& mail);
    void recipient(const smtp::Rcpt& recipient);
    // Gives the replies that are owed.
    net::Task<> settle();
    // DATA, to the next hop's reply. False: the session must end, the client has been told.
    net::Task<bool> message();
    // RSET, EHLO, and whatever else ends a transaction before its time.
    net::Task<> abandon();
    // Lets the next hop go.
    net::Task<> disconnect();

    bool connected() const { return connection_ != nullptr; }
    std::size_t owed() const { return owed_.size(); }
    // In the middle of a message.
    bool receiving() const { return receiving_; }
    // Accepted, or still in question.
    std::size_t recipients() const { return dialogue_.recipients() + pending_recipients_; }

 private:
    struct Owed {
        bool is_mail = false;
        std::string recipient;
    };

    net::Task<std::optional<smtp::Reply>> connect();
    void answer(const Owed& owed, const smtp::Reply& reply);
    net::Task<smtp::Reply> deliver(BodyReader& body, HeaderShare& share);
    net::Task<std::optional<smtp::Reply>> hold_header(BodyReader& body, HeldHeader& header);
    net::Task<smtp::Reply> stream(BodyReader& body);
    template <class T>
    net::Task<T> unhurried(net::Task<T> step);
    net::Task<bool> write(std::string_view octets);
    std::optional<smtp::Reply> objection(const BodyReader& body) const;
    std::string trace() const;
    upstream::ClientIdentity identity() const;
    void drop_when_useless();
    void log_end(const smtp::Reply& reply, unsigned recipients, std::uint64_t octets);

    const Environment& environment_;
    Client& client_;
    Facts& facts_;
    smtp::Dialogue& dialogue_;
    const observe::Subject& subject_;

    std::string next_hop_;  // whose connection it is
    std::unique_ptr<upstream::Connection> connection_;
    std::list<Owed> owed_;  // an empty deque would cost every idle session half a KiB
    std::size_t pending_recipients_ = 0;
    std::string last_recipient_;  // of those accepted
    bool receiving_ = false;
};

}  // namespace postern::session
