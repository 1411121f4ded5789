#include "support/scripted_imap.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <utility>

namespace postern::test {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

std::string with_tag(std::string octets, const std::string& line) {
    const auto at = octets.find("{}");
    if (at != octets.npos) octets.replace(at, 2, line.substr(0, line.find(' ')));
    return octets;
}

}  // namespace

ScriptedImap::ScriptedImap(Answer answer)
    : answer_(std::move(answer)), acceptor_(io_, {asio::ip::address_v4::loopback(), 0}) {
    asio::co_spawn(io_, accept(), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
}

ScriptedImap::~ScriptedImap() {
    io_.stop();
    thread_.join();
}

asio::awaitable<void> ScriptedImap::accept() {
    for (;;) {
        auto client = co_await acceptor_.async_accept(asio::use_awaitable);
        ++connections_;
        asio::co_spawn(io_, serve(std::move(client)), asio::detached);
    }
}

asio::awaitable<void> ScriptedImap::serve(tcp::socket client) {
    most_open_ = std::max(most_open_.load(), ++open_);
    // Before the client can know.
    const std::shared_ptr<void> at_end(nullptr, [this](void*) { --open_; });
    std::string line, heard;
    for (;;) {
        const auto reply = answer_(line);
        const auto octets = with_tag(reply.octets, line);
        co_await asio::async_write(client, asio::buffer(octets), asio::use_awaitable);
        if (reply.closes) co_return;
        std::size_t end = 0;
        while ((end = heard.find("\r\n")) == heard.npos) {
            char buffer[4096];
            const auto got =
                co_await client.async_read_some(asio::buffer(buffer), asio::use_awaitable);
            heard.append(buffer, got);
        }
        line = heard.substr(0, end);
        heard.erase(0, end + 2);
    }
}

bool is_imap_command(const std::string& line, std::string_view command) {
    if (command.empty()) return true;
    const auto words = line.substr(std::min(line.find(' '), line.size()));
    return words.starts_with(" " + std::string(command));
}

std::string imap_settings(const ScriptedImap& server, const std::string& more) {
    return "type = \"imap\"\naddress = \"127.0.0.1:" + std::to_string(server.port()) +
           "\"\ndomains = [\"*\"]\ntls.starttls = \"never\"\n" + more;
}

}  // namespace postern::test
