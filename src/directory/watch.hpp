#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/resolver.hpp"
#include "net/task.hpp"
#include "observe/log.hpp"

namespace postern::directory {

namespace asio = boost::asio;

// Whether a server is up, for backends whose connections last. It is until no connection can be
// made or nothing is heard for a whole attempt; then it is tried in the background, with back-off,
// and is to be asked nothing meanwhile. Owned by what it watches, on the thread of that.
class Watch {
 public:
    // A server as its Watch sees it.
    class Watched {
     public:
        virtual ~Watched() = default;
        // When something was heard last, on whatever connection.
        virtual net::Clock::time_point heard() const = 0;
        // Drops connections that are broken, and those that were asked since then and are silent.
        virtual void drop_silent(net::Clock::time_point since) = 0;
        virtual void drop_all() = 0;
        // Whether a connection is to be made before anybody asks for one, and making it.
        virtual bool needs_connection() = 0;
        virtual net::Task<> connect_ahead() = 0;
        // Tries connections that have been at rest for long.
        virtual net::Task<> keep_alive() = 0;
    };

    struct Settings {
        std::string directory, server;  // as the log calls them
        std::vector<net::HostPort> hosts;
        net::Clock::duration timeout;  // to connect
        net::Clock::duration idle;     // longest rest of a connection that is not tried
    };
    Watch(Watched& server, Settings settings, observe::Log& log, net::Executor executor);

    // Begins to look after the server, which lives until `close` has been noticed.
    void start(std::shared_ptr<Watched> server);
    void close();

    bool is_up() const { return up_; }
    bool is_closed() const { return closed_; }
    bool has_tried() const { return tried_; }  // to connect, since it was started
    const std::string& why_down() const { return why_down_; }
    // Of its host; waits for the DNS as long as that has never answered. Throws host_not_found.
    net::Task<std::vector<asio::ip::tcp::endpoint>> endpoints() const;

    // An attempt that began then came to nothing. When the server has been heard since, that says
    // little; otherwise it is down.
    void attempt_failed(net::Clock::time_point begun, std::string_view why);

 private:
    static net::Task<> keep(std::shared_ptr<Watched> server, Watch& watch);
    net::Task<> look_after();
    net::Task<bool> connects();
    void went_down(std::string_view why);
    void came_up();

    Watched& server_;
    const Settings settings_;
    observe::Log& log_;
    net::Executor executor_;
    net::BackgroundResolver resolver_;
    net::Timer pause_;  // cancelled when there is something to do
    std::string why_down_ = "not connected yet";
    bool up_ = true, closed_ = false, tried_ = false;
};

}  // namespace postern::directory
