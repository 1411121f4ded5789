#include "bench/load_session.hpp"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

#include "crypto/base64.hpp"
#include "net/within.hpp"

namespace postern::bench {
namespace {

using net::Task;
using Clock = net::Clock;

// Times a phase from here to `done`.
class Stopwatch {
 public:
    Stopwatch(Statistics& statistics, Phase phase) : statistics_(statistics), phase_(phase) {}
    void done() { statistics_.record(phase_, Clock::now() - began_); }

 private:
    Statistics& statistics_;
    Phase phase_;
    Clock::time_point began_ = Clock::now();
};

// 127.0.1.1, 127.0.1.2, ... for an IPv4 target when several sources are wanted.
net::Endpoint source_address(std::size_t number) {
    const auto host = static_cast<std::uint32_t>(number % 250 + 1);
    const auto network = static_cast<std::uint32_t>(number / 250 + 1);
    return {net::asio::ip::address_v4(0x7f000000U | network << 8 | host), 0};
}

}  // namespace

LoadSession::LoadSession(const Options& options, std::shared_ptr<const net::TlsContext> tls,
                         Statistics& statistics, std::size_t number)
    : options_(options), tls_(std::move(tls)), statistics_(statistics), number_(number) {}

Task<> LoadSession::open() {
    co_await connect();
    if (options_.tls == Tls::starttls) {
        co_await hello();
        co_await start_tls();
    }
    co_await hello();
    if (options_.mechanism != Mechanism::none) co_await authenticate();
    stream_->expires_never();
}

// With implicit TLS the handshake comes between the connection and the greeting; it counts on its
// own.
Task<> LoadSession::connect() {
    auto began = Clock::now();
    const auto executor = co_await net::this_executor();
    const net::Endpoint target(net::asio::ip::make_address(options_.host), options_.port);
    net::Socket socket(executor, target.protocol());
    if (options_.sources > 1 && target.address().is_v4()) {
        socket.bind(source_address(number_ % options_.sources));
    }
    const auto deadline = began + std::chrono::minutes(1);
    co_await net::within(deadline, socket.async_connect(target, net::use_task));
    socket.set_option(net::asio::ip::tcp::no_delay(true));
    stream_.emplace(std::move(socket));
    stream_->expires_at(deadline);
    auto took = Clock::now() - began;

    if (options_.tls == Tls::implicit) {
        Stopwatch handshaking(statistics_, Phase::tls);
        co_await stream_->connect_tls(tls_, "localhost");
        handshaking.done();
    }
    began = Clock::now();
    co_await expect(220);
    took += Clock::now() - began;
    statistics_.record(Phase::connect, took);
}

Task<> LoadSession::start_tls() {
    Stopwatch handshaking(statistics_, Phase::tls);
    co_await command("STARTTLS", 220);
    co_await stream_->connect_tls(tls_, "localhost");
    handshaking.done();
}

Task<> LoadSession::hello() {
    Stopwatch waiting(statistics_, Phase::ehlo);
    co_await command("EHLO load.example", 250);
    waiting.done();
}

Task<> LoadSession::authenticate() {
    Stopwatch waiting(statistics_, Phase::auth);
    if (options_.mechanism == Mechanism::plain) {
        const auto message = std::string(1, '\0') + options_.login + '\0' + options_.password;
        co_await command("AUTH PLAIN " + crypto::base64_encode(message), 235);
    } else {
        co_await command("AUTH LOGIN", 334);
        co_await command(crypto::base64_encode(options_.login), 334);
        co_await command(crypto::base64_encode(options_.password), 235);
    }
    waiting.done();
}

Task<> LoadSession::send_message(std::string_view message) {
    stream_->expires_after(std::chrono::minutes(1));
    Stopwatch naming(statistics_, Phase::mail);
    co_await command("MAIL FROM:<" + options_.sender + ">", 250);
    co_await command("RCPT TO:<" + options_.recipient + ">", 250);
    naming.done();

    Stopwatch sending(statistics_, Phase::data);
    co_await command("DATA", 354);
    co_await stream_->write(message);
    co_await expect(250);
    sending.done();
}

Task<> LoadSession::quit() {
    stream_->expires_after(std::chrono::minutes(1));
    Stopwatch leaving(statistics_, Phase::quit);
    co_await command("QUIT", 221);
    co_await stream_->shutdown();
    leaving.done();
}

Task<> LoadSession::command(std::string_view line, int expected) {
    const auto octets = std::string(line) + "\r\n";
    co_await stream_->write(octets);
    co_await expect(expected);
}

Task<> LoadSession::expect(int code) {
    for (;;) {
        const auto line = co_await read_line();
        if (!line.starts_with(std::to_string(code))) {
            throw std::runtime_error(fmt::format("{} expected, heard: {}", code, line));
        }
        if (line.size() < 4 || line[3] != '-') co_return;
    }
}

Task<std::string> LoadSession::read_line() {
    std::array<char, 2048> buffer;
    for (;;) {
        if (const auto end = unread_.find("\r\n"); end != std::string::npos) {
            auto line = unread_.substr(0, end);
            unread_.erase(0, end + 2);
            co_return line;
        }
        const auto got = co_await stream_->read_some(net::asio::buffer(buffer));
        if (got == 0) throw std::runtime_error("closed instead of a reply");
        unread_.append(buffer.data(), got);
    }
}

}  // namespace postern::bench
