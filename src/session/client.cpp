#include "session/client.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <span>

#include "crypto/secret.hpp"

namespace postern::session {

namespace {

constexpr std::size_t idle_room = 256;   // what an idle session holds; enough for most commands
constexpr std::size_t line_room = 4096;  // when there is more
constexpr std::size_t body_room = 32 * 1024;
constexpr std::size_t kept_of_a_long_line = 16;

}  // namespace

Client::Client(net::Stream stream, const Limits& limits)
    : stream_(std::move(stream)), limits_(limits) {}

// Reads once, at most `room` octets, behind what is here.
net::Task<bool> Client::fill(std::size_t room, net::Deadline deadline) {
    if (taken_ > 0) {
        input_.erase(0, taken_);
        taken_ = 0;
    }
    stream_.expires_at(deadline);
    const auto here = input_.size();
    if (here + room > input_.capacity()) move_input_to(here + room);
    input_.resize(here + room);
    std::size_t read = 0;
    try {
        read = co_await stream_.read_some(net::asio::buffer(input_.data() + here, room));
    } catch (...) {
        input_.resize(here);
        throw;
    }
    input_.resize(here + read);
    co_return read > 0;
}

bool Client::line_at_hand() const {
    const auto here = body();
    if (here.find('\n', searched_) != std::string_view::npos) return true;
    searched_ = here.size();
    return false;
}

net::Task<bool> Client::line_before(net::Deadline until) {
    if (line_at_hand()) co_return true;
    co_await flush();
    try {
        co_await fill(idle_room, std::min(until, patience_));
    } catch (const boost::system::system_error& error) {
        if (error.code() != net::asio::error::timed_out || net::Clock::now() >= patience_) throw;
        co_return false;
    }
    co_return true;
}

net::Task<Client::Line> Client::read_line(std::string& line, std::size_t limit) {
    bool too_long = false;
    std::optional<net::Deadline> deadline;  // of the line, from its first octet on
    if (!body().empty()) deadline = net::Clock::now() + limits_.command;
    while (!line_at_hand()) {
        if (searched_ >= limit) {  // forget it, but remember that it was too long
            if (!too_long) line.assign(body().substr(0, kept_of_a_long_line));
            too_long = true;
            forget(searched_);
        }
        co_await flush();
        const auto room = body().empty() ? idle_room : line_room;
        if (!co_await fill(room, std::min(patience_, deadline.value_or(patience_))))
            co_return Line::end_of_stream;
        if (!deadline) deadline = net::Clock::now() + limits_.command;
    }
    const auto here = body();
    const auto end = here.find('\n', searched_);
    const bool carriage_return = end > 0 && here[end - 1] == '\r';
    if (!too_long) line.assign(here.substr(0, carriage_return ? end - 1 : end));
    too_long = too_long || end + 1 > limit;
    forget(end + 1);
    release_memory();
    if (too_long) co_return Line::too_long;
    co_return carriage_return ? Line::complete : Line::no_carriage_return;
}

// Takes octets that may be credentials.
void Client::forget(std::size_t octets) {
    crypto::wipe(std::span(input_).subspan(taken_, octets));
    consume(octets);
}

// Growing by itself, the string would leave what it holds behind in freed memory.
void Client::move_input_to(std::size_t room) {
    std::string roomier;
    roomier.reserve(room);
    roomier.append(input_);
    crypto::wipe(input_);
    input_ = std::move(roomier);
}

void Client::begin_body() {
    window_ = net::Clock::now();
    in_window_ = 0;
}

void Client::pause_body(net::Clock::duration paused) {
    window_ += paused;
}

// A window that has had its octets is followed by the next one; one that ends without them ends the
// session.
net::Task<bool> Client::more() {
    co_await flush();
    const auto window = std::chrono::milliseconds(limits_.data_window);
    const auto wanted = limits_.data_rate * static_cast<std::uint64_t>(window.count()) / 1000;
    if (in_window_ >= wanted) begin_body();
    const auto before = body().size();
    const bool read = co_await fill(body_room, window_ + window);
    in_window_ += body().size() - before;
    co_return read;
}

void Client::consume(std::size_t octets) {
    taken_ += octets;
    searched_ = 0;
    if (taken_ == input_.size()) {
        input_.clear();
        taken_ = 0;
    }
}

void Client::end_body() {
    release_memory();
}

void Client::release_memory() {
    if (input_.empty() && input_.capacity() > idle_room) std::string().swap(input_);
}

void Client::say(const smtp::Reply& reply) {
    output_ += reply.wire();
}

net::Task<> Client::flush() {
    if (output_.empty()) co_return;
    const std::string leaving = std::exchange(output_, {});
    stream_.expires_after(limits_.reply);
    try {
        co_await stream_.write(leaving);
    } catch (...) {
        deaf_ = true;
        throw;
    }
}

net::Task<> Client::start_tls(std::shared_ptr<const net::TlsContext> context) {
    co_await flush();
    stream_.expires_after(limits_.handshake);
    try {
        co_await stream_.accept_tls(std::move(context));
    } catch (const boost::system::system_error&) {
        deaf_ = true;  // there is no TLS to say anything in
        throw;
    }
}

net::Task<> Client::leave(const smtp::Reply* last) {
    if (!stream_.is_open()) co_return;
    try {
        if (!deaf_) {
            if (last != nullptr) say(*last);
            const std::string leaving = std::exchange(output_, {});
            // The last words are short and get no second chance.
            stream_.expires_after(std::chrono::seconds(2));
            if (!leaving.empty()) co_await stream_.write(leaving);
            co_await stream_.shutdown();
        }
    } catch (const std::exception&) {
        // Gone already; there is nobody to tell.
    }
    stream_.close();
}

}  // namespace postern::session
