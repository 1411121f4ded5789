#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <functional>
#include <string>
#include <thread>

namespace postern::test {

// What a scripted server says: octets as they are, and whether it closes behind them.
struct RemoteReply {
    std::string octets;
    bool closes = false;
};

// A mail server that says what a test wants, for what no real one can be brought to say.
class ScriptedRemote {
 public:
    // On the server's own thread: to a line, without CRLF; to "" when somebody connects. `{}` is
    // replaced by the tag of the line, in IMAP.
    using Answer = std::function<RemoteReply(const std::string& line)>;

    explicit ScriptedRemote(Answer answer);
    ~ScriptedRemote();

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    std::string address() const { return "127.0.0.1:" + std::to_string(port()); }
    std::size_t connections() const { return connections_; }
    // The most that were open at a time; one counts until this server closes it.
    std::size_t most_open() const { return most_open_; }

 private:
    boost::asio::awaitable<void> accept();
    boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket client);

    Answer answer_;
    boost::asio::io_context io_{1};
    boost::asio::ip::tcp::acceptor acceptor_;
    std::atomic<std::size_t> connections_{0}, open_{0}, most_open_{0};
    std::thread thread_;
};

}  // namespace postern::test
