#include "net/proxy_receiver.hpp"

#include <sys/socket.h>

#include <array>
#include <cassert>
#include <cerrno>
#include <string>

#include "net/within.hpp"

namespace postern::net {
namespace {

using boost::system::error_code;
using boost::system::system_error;

class Receiver {
 public:
    explicit Receiver(Socket& socket) : socket_(socket) {}

    bool has_begun() const { return !taken_.empty(); }

    // nullopt: the end came before the first octet.
    Task<std::optional<ProxyHeader>> receive() {
        for (;;) {
            co_await socket_.async_wait(Socket::wait_read, use_task);
            const auto seen = look();
            if (!seen) continue;
            if (seen->empty() && !has_begun()) co_return std::nullopt;
            if (seen->empty()) throw ProxyError("it was cut off");
            const auto verdict = parse_proxy_header(taken_ + std::string(*seen));
            if (const auto* fault = std::get_if<ProxyFault>(&verdict))
                throw ProxyError(std::string(fault->why));
            if (const auto* header = std::get_if<ProxyHeader>(&verdict)) {
                take(header->size - taken_.size());
                co_return *header;
            }
            take(seen->size());
        }
    }

 private:
    // What is there, and stays there; empty at the end of the stream. nullopt: nothing yet.
    std::optional<std::string_view> look() {
        const auto got = ::recv(socket_.native_handle(), ahead_.data(),
                                longest_proxy_v2 - taken_.size(), MSG_PEEK | MSG_DONTWAIT);
        if (got >= 0) return std::string_view(ahead_.data(), static_cast<std::size_t>(got));
        if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return std::nullopt;
        throw system_error(error_code(errno, boost::system::system_category()));
    }

    void take(std::size_t octets) {
        const auto got = ::recv(socket_.native_handle(), ahead_.data(), octets, MSG_DONTWAIT);
        if (got != static_cast<ssize_t>(octets)) throw ProxyError("it was cut off");
        taken_.append(ahead_.data(), octets);
    }

    Socket& socket_;
    std::string taken_;
    std::array<char, longest_proxy_v2> ahead_;
};

}  // namespace

Task<std::optional<ProxyHeader>> receive_proxy_header(Socket& socket, Deadline deadline) {
    Receiver receiver(socket);
    try {
        co_return co_await within(deadline, receiver.receive());
    } catch (const system_error& failed) {
        if (failed.code() == asio::error::operation_aborted) throw;
        if (failed.code() == asio::error::timed_out) throw ProxyError("it did not come in time");
        if (!receiver.has_begun()) co_return std::nullopt;
        throw ProxyError(failed.code().message());
    }
}

}  // namespace postern::net
