#include "net/acceptor.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>

#include "net/resolver.hpp"

namespace postern::net {
namespace {

using boost::system::error_code;
using boost::system::system_error;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr auto pause_after_failure = std::chrono::milliseconds(100);
// Between two looks at the rest of the background's work.
constexpr std::size_t batch = 64;

Endpoint parse(std::string_view address) {
    const auto parsed = parse_host_port(address);
    error_code error = asio::error::invalid_argument;
    const auto ip = parsed ? asio::ip::make_address(parsed->host, error) : asio::ip::address();
    if (error) throw std::runtime_error("it is no IP address with a port");
    return {ip, parsed->port};
}

void hand_over(Socket socket, Acceptor::Destination to) {
    asio::post(*to.io, [socket = std::move(socket), serve = std::move(to.serve)]() mutable {
        serve(std::move(socket));
    });
}

// An accepted connection until some io_context owns it.
class Descriptor {
 public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    bool valid() const { return number_ >= 0; }
    Socket give_to(asio::io_context& io, const asio::ip::tcp& protocol) {
        Socket socket(io.get_executor(), protocol, number_);
        number_ = -1;
        return socket;
    }

 private:
    int number_;
};

}  // namespace

Acceptor::Acceptor(asio::io_context& background, std::string_view address,
                   const InheritedSockets& inherited, int backlog)
    : listener_(background.get_executor()) {
    try {
        const Endpoint endpoint = parse(address);
        if (const auto descriptor = inherited.duplicate(endpoint)) {
            adopt(endpoint, *descriptor);
            return;
        }
        const bool every_address =
            endpoint.address().is_v6() && endpoint.address().is_unspecified();
        try {
            open(endpoint, backlog);
        } catch (const system_error& failed) {
            const bool no_ipv6 = failed.code() == asio::error::address_family_not_supported;
            if (!every_address || !no_ipv6) throw;
            open({asio::ip::address_v4::any(), endpoint.port()}, backlog);
        }
    } catch (const system_error& failed) {
        throw std::runtime_error("cannot listen on " + std::string(address) + ": " +
                                 failed.code().message());
    } catch (const std::runtime_error& failed) {
        throw std::runtime_error("cannot listen on " + std::string(address) + ": " + failed.what());
    }
}

void Acceptor::open(Endpoint endpoint, int backlog) {
    listener_.open(endpoint.protocol());
    listener_.set_option(asio::socket_base::reuse_address(true));
    listener_.set_option(ReusePort(true));
    // Linux hands it on to what is accepted: a system call less for each connection.
    listener_.set_option(asio::ip::tcp::no_delay(true));
    if (endpoint.address().is_v6())
        listener_.set_option(asio::ip::v6_only(!endpoint.address().is_unspecified()));
    listener_.bind(endpoint);
    listener_.listen(backlog);
    listener_.non_blocking(true);
    endpoint_ = listener_.local_endpoint();
}

void Acceptor::adopt(const Endpoint& endpoint, int descriptor) {
    listener_.assign(endpoint.protocol(), descriptor);
    listener_.set_option(asio::ip::tcp::no_delay(true));
    listener_.non_blocking(true);
    endpoint_ = endpoint;
    is_inherited_ = true;
}

// Until none waits (no error), `at_most` are done, or one fails. The bare call, because Asio wants
// to know the worker before there is a connection to choose one for.
error_code Acceptor::accept_waiting(std::size_t at_most) try {
    for (std::size_t accepted = 0; accepted < at_most; ++accepted) {
        Descriptor connection(
            ::accept4(listener_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!connection.valid()) {
            const error_code error(errno, boost::system::system_category());
            const bool none_waits =
                error == asio::error::would_block || error == asio::error::try_again;
            return none_waits ? error_code() : error;
        }
        Destination to = choose_();
        Socket socket = connection.give_to(*to.io, endpoint_.protocol());
        hand_over(std::move(socket), std::move(to));
    }
    return {};
} catch (const system_error& failed) {
    return failed.code();
}

Task<> Acceptor::accept_loop(Choose choose, Complain complain) {
    choose_ = std::move(choose);
    while (listener_.is_open()) {
        auto [stopped] =
            co_await listener_.async_wait(Listener::wait_read, asio::as_tuple(use_task));
        if (!listener_.is_open()) co_return;
        if (stopped) throw system_error(stopped);
        const error_code error = accept_waiting(batch);
        if (!error) continue;
        complain(error);
        co_await sleep_for(pause_after_failure);
    }
}

void Acceptor::stop() {
    if (!listener_.is_open()) return;
    if (choose_ && !is_inherited_) accept_waiting(1'000'000);
    error_code ignored;
    listener_.close(ignored);
}

}  // namespace postern::net
