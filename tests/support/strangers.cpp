#include "support/strangers.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <stdexcept>

#include "net/stream.hpp"
#include "net/within.hpp"
#include "support/smtp_client.hpp"

namespace postern::test {

namespace asio = net::asio;
using namespace std::chrono_literals;

namespace {

// 127.1.0.1, 127.1.0.2, ...
net::Endpoint source_address(std::size_t number) {
    return {asio::ip::address_v4(0x7f010001U + static_cast<std::uint32_t>(number)), 0};
}

// Elsewhere they have machines of their own: here they take what nobody else wants of this one.
void yield_to_everybody() {
    const sched_param none{};
    if (::pthread_setschedparam(::pthread_self(), SCHED_IDLE, &none) != 0)
        throw std::runtime_error("strangers cannot be put behind others");
}

// The code of its last line.
net::Task<int> read_reply(net::Stream& stream) {
    std::string reply;
    std::array<char, 1024> buffer;
    for (;;) {
        const auto got = co_await stream.read_some(asio::buffer(buffer));
        if (got == 0) throw std::runtime_error("closed instead of a reply");
        reply.append(buffer.data(), got);
        if (!reply.ends_with("\r\n")) continue;
        const auto before = reply.rfind('\n', reply.size() - 2);
        const auto last = before == reply.npos ? 0 : before + 1;
        if (reply.at(last + 3) == ' ') co_return std::stoi(reply.substr(last, 3));
    }
}

}  // namespace

Strangers::Strangers(std::uint16_t port, std::string name, net::Clock::duration between)
    : port_(port), name_(std::move(name)), between_(between) {
    thread_ = std::thread([this] { pour_in(); });
}

Strangers::~Strangers() {
    stop();
}

Strangers::Heard Strangers::stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
    return heard_;
}

void Strangers::pour_in() {
    yield_to_everybody();
    auto more_come = asio::make_work_guard(io_);
    for (auto next = net::Clock::now(); !stopping_; next += between_) {
        io_.run_until(next);
        asio::co_spawn(io_, come(heard_.came++), asio::detached);
    }
    more_come.reset();
    io_.run();
}

net::Task<> Strangers::come(std::size_t number) {
    try {
        const auto code = co_await net::within<int>(net::Clock::now() + 1min, converse(number));
        ++heard_.replies[code];
    } catch (const std::exception&) {
        ++heard_.broken;
    }
}

net::Task<int> Strangers::converse(std::size_t number) {
    const net::Endpoint gateway(asio::ip::address_v4::loopback(), port_);
    net::Socket socket(io_.get_executor(), gateway.protocol());
    socket.bind(source_address(number));
    co_await socket.async_connect(gateway, net::use_task);
    socket.set_option(asio::ip::tcp::no_delay(true));
    net::Stream stream(std::move(socket));
    co_await read_reply(stream);
    co_await stream.write("EHLO stranger.example\r\n");
    co_await read_reply(stream);
    co_await stream.write("STARTTLS\r\n");
    co_await read_reply(stream);
    co_await stream.connect_tls(tls_, "localhost");
    co_await stream.write("EHLO stranger.example\r\n");
    co_await read_reply(stream);
    const auto login = fmt::format("{}{}", name_, number);
    co_await stream.write("AUTH PLAIN " + plain_response(login, "a guess") + "\r\n");
    co_return co_await read_reply(stream);
}

}  // namespace postern::test
