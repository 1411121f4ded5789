#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace postern::test {

// What a scripted server says: octets as they are, and whether it closes behind them.
struct ImapReply {
    std::string octets;
    bool closes = false;
};

// An IMAP server that says what a test wants, for what no real one can be brought to say.
class ScriptedImap {
 public:
    // On the server's own thread: to a line, without CRLF; to "" when somebody connects. `{}` is
    // replaced by the tag of the line.
    using Answer = std::function<ImapReply(const std::string& line)>;

    explicit ScriptedImap(Answer answer);
    ~ScriptedImap();

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
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

inline const std::string imap_greeting = "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\r\n";
inline const std::string imap_refusal = "{} NO [AUTHENTICATIONFAILED] Authentication failed.\r\n";

// Whether a line, without its tag, begins so; each begins with "".
bool is_imap_command(const std::string& line, std::string_view command);

// The lines of a directory that asks this server, in the clear.
std::string imap_settings(const ScriptedImap& server, const std::string& more = "");
// What asks it only when somebody logs in.
inline const std::string unprepared = "pool.ready = 0\n";

}  // namespace postern::test
