#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "session/body_reader.hpp"
#include "session/chunked_message.hpp"
#include "session/client.hpp"
#include "session/environment.hpp"
#include "session/facts.hpp"
#include "session/transfer.hpp"
#include "smtp/command.hpp"
#include "smtp/dialogue.hpp"
#include "upstream/next_hop.hpp"

namespace postern::session {

// The mail transactions of one session on their way through a next hop. MAIL and RCPT go on as they
// come; their replies are owed, and given in order. DATA and BDAT do not go on: a Transfer holds
// the header, has it judged, and only then bothers the next hop. Nothing is acknowledged that the
// next hop has not acknowledged.
class Relay {
 public:
    Relay(const Environment& environment, Client& client, Facts& facts, smtp::Dialogue& dialogue,
          const observe::Subject& subject);
    ~Relay();

    // MAIL and RCPT, already checked against our own rules. MAIL opens the way to the next hop
    // where there is none; what it returns is the reply when there is no way.
    net::Task<std::optional<smtp::Reply>> mail(const smtp::Mail& mail);
    void recipient(const smtp::Rcpt& recipient);
    // Gives the replies that are owed.
    net::Task<> settle();
    // DATA, to the next hop's reply. False: the session must end, the client has been told.
    net::Task<bool> message();
    // BDAT (RFC 3030), in order when it comes here: the chunk is read and answered. False as above.
    net::Task<bool> chunk(const smtp::Bdat& bdat);
    // A chunk that is not wanted: its octets are dropped. False: too many, the session must end,
    // the client has been told.
    net::Task<bool> skip(std::uint64_t octets);
    // RSET, EHLO, and whatever else ends a transaction before its time.
    net::Task<> abandon();
    // Lets the next hop go.
    net::Task<> disconnect();

    bool connected() const { return connection_ != nullptr; }
    // When the last transaction ended: the connection stays a little for the next one.
    net::Clock::time_point idle_since() const { return idle_since_; }
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
    Transfer transfer();
    net::Task<smtp::Reply> pass(BodyReader& body, Transfer& message);
    void end_message(const smtp::Reply& reply);
    void end_transaction();
    net::Task<std::string_view> some_of(std::uint64_t most);
    std::string trace() const;
    upstream::ClientIdentity identity() const;
    void drop_when_useless();
    // Counts and logs the end of a message.
    void conclude(const smtp::Reply& reply, std::uint64_t octets);
    const Meters::NextHop& meters() const;

    const Environment& environment_;
    Client& client_;
    Facts& facts_;
    smtp::Dialogue& dialogue_;
    const observe::Subject& subject_;

    std::string next_hop_;  // whose connection it is
    std::unique_ptr<upstream::Connection> connection_;
    std::list<Owed> owed_;  // an empty deque would cost every idle session half a KiB
    net::Clock::time_point idle_since_{};
    std::size_t pending_recipients_ = 0;
    std::string last_recipient_;  // of those accepted
    bool receiving_ = false;
    std::unique_ptr<ChunkedMessage> chunks_;  // the message that comes by BDAT
    bool told_ = false;                       // it was refused, and the client knows
};

}  // namespace postern::session
