#include "support/scripted_remote.hpp"

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

ScriptedRemote::ScriptedRemote(Answer answer)
    : answer_(std::move(answer)), acceptor_(io_, {asio::ip::address_v4::loopback(), 0}) {
    asio::co_spawn(io_, accept(), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
}

ScriptedRemote::~ScriptedRemote() {
    io_.stop();
    thread_.join();
}

asio::awaitable<void> ScriptedRemote::accept() {
    for (;;) {
        auto client = co_await acceptor_.async_accept(asio::use_awaitable);
        ++connections_;
        asio::co_spawn(io_, serve(std::move(client)), asio::detached);
    }
}

asio::awaitable<void> ScriptedRemote::serve(tcp::socket client) {
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

}  // namespace postern::test
