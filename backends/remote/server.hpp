#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/backoff.hpp"
#include "net/resolver.hpp"
#include "net/slots.hpp"
#include "observe/log.hpp"
#include "remote/connection.hpp"
#include "remote/settings.hpp"

namespace postern::remote {

// A connection and the right to have one, which is given back behind it.
struct Ready {
    net::Slots::Slot slot;
    std::unique_ptr<Connection> connection;  // nullptr: not opened yet
};

// One server with the connections that are prepared for the next logins. It is up until a
// connection cannot be made or nothing is heard for a whole attempt; then it tries by itself, with
// back-off, and is asked nothing meanwhile. When it says that we are too many, it is asked nothing
// for a while either.
class Server : public std::enable_shared_from_this<Server> {
 public:
    // All servers of a directory share `slots`. `is_first`: connections are prepared before anybody
    // has asked.
    Server(std::shared_ptr<const Settings> settings, net::HostPort address, bool is_first,
           std::shared_ptr<net::Slots> slots, std::string directory, observe::Log& log,
           net::Executor executor);
    // Starts to look after the connections, on the executor, until `close`: then nothing is asked
    // any more, and what it has spawned ends by itself.
    void start();
    void close();

    std::string text() const { return address_.text(); }
    bool is_up() const { return up_; }
    bool wants_rest() const { return net::Clock::now() < rests_until_; }
    const std::string& why_not() const { return why_not_; }  // neither, the last time
    // An attempt that began then came to nothing. When the server has been heard since, that says
    // little; otherwise it is down.
    void attempt_failed(net::Clock::time_point begun, std::string_view why);

    // One that is at rest; nullopt: there is none.
    std::optional<Ready> take_ready();
    // Makes room for a connection to another server; false: nothing is at rest.
    bool drop_ready();
    // One login. `ready` is a right to a connection, or one that was at rest here; it is left with
    // the right alone where another server may have to be asked, and with nothing otherwise. Throws
    // what Protocol throws.
    net::Task<Judgement> prove(std::optional<Ready>& ready, const std::string& login,
                               const crypto::Secret& password);
    // For who looks closely: connected and prepared; and how that ends well.
    net::Task<std::unique_ptr<Connection>> connect();
    void leave(Ready ready);
    // Of connections that keep their place for too long.
    void end_long_farewells();

 private:
    struct AtRest {
        Ready ready;
        net::Clock::time_point since;
    };

    static net::Task<> keep(std::shared_ptr<Server> self);
    net::Task<> look_after();
    net::Task<> tend();
    net::Task<std::string> prepare_one();
    void drop_unfit();
    bool lacks_ready() const;
    void went_down(std::string_view why);
    void came_up();
    void slow_down(std::string_view why);

    net::Task<Judgement> prove_on(Connection& connection, const std::string& login,
                                  const crypto::Secret& password);
    static net::Task<> leave(std::shared_ptr<Server> self, Ready ready);
    net::Task<std::vector<net::Endpoint>> endpoints();
    void log_step(net::Clock::time_point begun, const std::string& method, const std::string& login,
                  bool was_ready, const Judgement& judgement) const;

    std::shared_ptr<const Settings> settings_;
    net::HostPort address_;
    bool is_first_;
    std::shared_ptr<net::Slots> slots_;
    std::string directory_;
    observe::Log& log_;
    net::Executor executor_;
    net::BackgroundResolver resolver_;
    net::Timer pause_;  // of `look_after`; cancelled when there is something to do
    std::list<AtRest> at_rest_;
    struct Leaving {
        Connection* connection;
        net::Clock::time_point since;
    };
    std::list<Leaving> leaving_;
    net::Clock::time_point heard_{}, asked_{};
    net::Backoff rest_, preparing_;
    net::Deadline rests_until_{}, prepares_after_{};
    std::string why_not_ = "not connected yet";
    bool up_ = true, closed_ = false;
};

}  // namespace postern::remote
