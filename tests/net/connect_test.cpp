// net::connect, which makes a Stream out of a list of endpoints.
#include <optional>

#include "net/harness.hpp"
#include "net/stream.hpp"

namespace postern::net {
namespace {

TEST(Connect, TakesTheFirstEndpointThatAnswers) {
    asio::io_context io(1);
    asio::basic_socket_acceptor<asio::ip::tcp, Executor> acceptor(
        io.get_executor(), {asio::ip::address_v4::loopback(), 0});
    // Bound and not listening: refuses.
    Socket closed(io.get_executor(), Endpoint(asio::ip::address_v4::loopback(), 0));
    const std::vector<Endpoint> endpoints{closed.local_endpoint(), acceptor.local_endpoint()};
    Stream stream = run(io,
                        [&]() -> Task<std::optional<Stream>> {
                            co_return co_await connect(endpoints, Clock::now() + patience);
                        }())
                        .value();
    EXPECT_EQ(stream.remote(), acceptor.local_endpoint());
}

TEST(Connect, ThrowsTheLastError) {
    asio::io_context io(1);
    Socket closed(io.get_executor(), Endpoint(asio::ip::address_v4::loopback(), 0));
    const auto attempt = [&](std::vector<Endpoint> endpoints, Deadline deadline) -> Task<> {
        co_await connect(endpoints, deadline);
    };
    EXPECT_EQ(run(io, error_of(attempt({closed.local_endpoint()}, Deadline::max()))),
              asio::error::connection_refused);
    EXPECT_EQ(run(io, error_of(attempt({}, Deadline::max()))), asio::error::host_not_found);
}

// A listener whose queue is full answers no SYN: the connect hangs, as towards a silent host.
class SilentListener {
 public:
    explicit SilentListener(asio::io_context& io) : acceptor_(io.get_executor()) {
        acceptor_.open(asio::ip::tcp::v4());
        acceptor_.bind({asio::ip::address_v4::loopback(), 0});
        acceptor_.listen(1);
        for (int i = 0; i < 4; ++i) {
            fill_.emplace_back(io.get_executor(), asio::ip::tcp::v4());
            fill_.back().async_connect(acceptor_.local_endpoint(), [](const error_code&) {});
        }
        io.poll();
    }
    Endpoint endpoint() const { return acceptor_.local_endpoint(); }

 private:
    asio::basic_socket_acceptor<asio::ip::tcp, Executor> acceptor_;
    std::vector<Socket> fill_;
};

TEST(Connect, GivesEachEndpointItsShareOfTheTime) {
    asio::io_context io(1);
    const SilentListener silent(io);
    asio::basic_socket_acceptor<asio::ip::tcp, Executor> acceptor(
        io.get_executor(), {asio::ip::address_v4::loopback(), 0});
    Stream stream =
        run(io,
            [&]() -> Task<std::optional<Stream>> {
                co_return co_await connect({silent.endpoint(), acceptor.local_endpoint()},
                                           Clock::now() + 400ms);
            }())
            .value();
    EXPECT_EQ(stream.remote(), acceptor.local_endpoint());
}

TEST(Connect, EndsAtItsDeadline) {
    asio::io_context io(1);
    const SilentListener silent(io);
    const auto attempt = [&]() -> Task<> {
        co_await connect({silent.endpoint(), silent.endpoint()}, Clock::now() + 50ms);
    };
    EXPECT_EQ(run(io, error_of(attempt())), asio::error::timed_out);
}

TEST(Connect, CancellationIsNoReasonToTryTheNextEndpoint) {
    asio::io_context io(1);
    const SilentListener silent(io);
    const auto attempt = [&]() -> Task<> {
        co_await connect({silent.endpoint(), silent.endpoint()}, Deadline::max());
    };
    const Deadline started = Clock::now();
    EXPECT_EQ(run(io, error_of(within(started + 20ms, attempt()))), asio::error::timed_out);
    EXPECT_LT(Clock::now() - started, patience / 2);
}

}  // namespace
}  // namespace postern::net
