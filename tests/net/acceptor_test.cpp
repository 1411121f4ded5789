#include "net/acceptor.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <boost/asio/detached.hpp>
#include <latch>
#include <thread>

#include "net/harness.hpp"
#include "net/loop.hpp"

namespace postern::net {
namespace {

using testing::HasSubstr;

void ignore(const error_code&) {}

Socket connect_to(asio::io_context& io, const Endpoint& endpoint) {
    Socket socket(io.get_executor());
    socket.connect(endpoint);
    return socket;
}

Endpoint loopback(const Acceptor& acceptor) {
    return {asio::ip::address_v4::loopback(), acceptor.endpoint().port()};
}

std::string failure_of(const std::string& address) {
    asio::io_context io(1);
    try {
        const Acceptor acceptor(io, address);
    } catch (const std::runtime_error& thrown) {
        return thrown.what();
    }
    return "";
}

// A worker: a thread that says something to whom it is handed.
struct Worker {
    Loop loop;
    std::atomic<int> served = 0;

    Acceptor::Destination destination() {
        return {&loop.io, [this](Socket socket) {
                    EXPECT_EQ(std::this_thread::get_id(), loop.id());
                    EXPECT_EQ(&socket.get_executor().context(), &loop.io);
                    ++served;
                    asio::co_spawn(loop.io, greet(Stream(std::move(socket))), asio::detached);
                }};
    }
    static Task<> greet(Stream stream) {
        co_await stream.write("220 welcome\r\n");
        co_await stream.shutdown();
    }
};

TEST(Acceptor, KnowsWhatItIsBoundTo) {
    asio::io_context io(1);
    const Acceptor acceptor(io, "127.0.0.1:0");
    EXPECT_EQ(acceptor.endpoint().address().to_string(), "127.0.0.1");
    EXPECT_NE(acceptor.endpoint().port(), 0);
}

TEST(Acceptor, SaysWhyItCannotListen) {
    EXPECT_THAT(failure_of("localhost:25"),
                HasSubstr("cannot listen on localhost:25: it is no IP address with a port"));
    EXPECT_THAT(failure_of("127.0.0.1"), HasSubstr("it is no IP address with a port"));
    EXPECT_THAT(failure_of(""), HasSubstr("it is no IP address with a port"));
    EXPECT_THAT(failure_of("192.0.2.1:2525"), HasSubstr("Cannot assign requested address"));
    asio::io_context io(1);
    asio::ip::tcp::acceptor other(io, {asio::ip::address_v4::loopback(), 0}, false);
    EXPECT_THAT(failure_of("127.0.0.1:" + std::to_string(other.local_endpoint().port())),
                HasSubstr("Address already in use"));
}

TEST(Acceptor, HandsConnectionsToTheChosenWorkers) {
    Worker first;
    Worker second;
    asio::io_context background(1);
    Acceptor acceptor(background, "127.0.0.1:0");
    int chosen = 0;
    const auto choose = [&] { return (chosen++ % 2 == 0 ? first : second).destination(); };
    run(background, both(acceptor.accept_loop(choose, ignore), [&]() -> Task<> {
            for (int i = 0; i < 10; ++i) {
                Stream client = co_await connect({acceptor.endpoint()}, Deadline::max());
                EXPECT_EQ(co_await read_until_end(client), "220 welcome\r\n");
            }
            acceptor.stop();
        }()));
    EXPECT_EQ(chosen, 10) << "once for each connection";
    EXPECT_EQ(first.served, 5);
    EXPECT_EQ(second.served, 5);
}

TEST(Acceptor, EveryAddressMeansIpv4AsWell) {
    asio::io_context background(1);
    Worker worker;
    Acceptor acceptor(background, "[::]:0");
    run(background,
        both(acceptor.accept_loop([&] { return worker.destination(); }, ignore), [&]() -> Task<> {
            Stream client = co_await connect({loopback(acceptor)}, Deadline::max());
            EXPECT_EQ(co_await read_until_end(client), "220 welcome\r\n");
            acceptor.stop();
        }()));
}

TEST(Acceptor, AcceptedSocketsAreTheWorkersAndDoNotWaitToFillAPacket) {
    asio::io_context background(1);
    asio::io_context worker(1);
    Acceptor acceptor(background, "[::]:0");
    std::optional<Socket> accepted;
    const auto choose = [&] {
        return Acceptor::Destination{&worker, [&](Socket socket) { accepted = std::move(socket); }};
    };
    const Socket client = connect_to(background, loopback(acceptor));
    asio::co_spawn(background, acceptor.accept_loop(choose, ignore), asio::detached);
    background.poll();
    worker.poll();
    ASSERT_TRUE(accepted);
    EXPECT_EQ(&accepted->get_executor().context(), &worker);
    asio::ip::tcp::no_delay no_delay;
    accepted->get_option(no_delay);
    EXPECT_TRUE(no_delay.value());
    const Stream stream(std::move(*accepted));
    EXPECT_EQ(stream.remote(), client.local_endpoint()) << "IPv4 over an IPv6 socket is IPv4";
    EXPECT_EQ(stream.local(), client.remote_endpoint());
}

TEST(Acceptor, ASecondProcessMayListenBeside) {
    asio::io_context io(1);
    Acceptor first(io, "127.0.0.1:0");
    EXPECT_NO_THROW(Acceptor(io, "127.0.0.1:" + std::to_string(first.endpoint().port())));
}

TEST(Acceptor, StopHandsOverWhatTheKernelHasAccepted) {
    Worker worker;
    asio::io_context background(1);
    Acceptor acceptor(background, "127.0.0.1:0");
    asio::co_spawn(background, acceptor.accept_loop([&] { return worker.destination(); }, ignore),
                   asio::detached);
    background.poll();
    std::vector<Stream> clients;
    for (int i = 0; i < 5; ++i)
        clients.emplace_back(connect_to(background, acceptor.endpoint()));
    acceptor.stop();
    acceptor.stop();
    run(background, [&]() -> Task<> {
        for (Stream& client : clients)
            EXPECT_EQ(co_await read_until_end(client), "220 welcome\r\n");
    }());
    EXPECT_THROW(connect_to(background, acceptor.endpoint()), system_error);
}

TEST(Acceptor, CancellationEndsTheLoop) {
    asio::io_context background(1);
    Worker worker;
    Acceptor acceptor(background, "127.0.0.1:0");
    EXPECT_EQ(
        run(background,
            error_of(within(Clock::now() + 5ms,
                            acceptor.accept_loop([&] { return worker.destination(); }, ignore)))),
        asio::error::timed_out);
}

// Lets the process have no more descriptors than it has now.
class NoDescriptorsLeft {
 public:
    explicit NoDescriptorsLeft(asio::io_context& io) {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        rlimit none = before_;
        // The lowest free one: whatever is below it is taken, also where the process began with
        // gaps.
        none.rlim_cur =
            static_cast<rlim_t>(Socket(io.get_executor(), asio::ip::tcp::v4()).native_handle());
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    ~NoDescriptorsLeft() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    NoDescriptorsLeft(const NoDescriptorsLeft&) = delete;
    NoDescriptorsLeft& operator=(const NoDescriptorsLeft&) = delete;

 private:
    rlimit before_{};
};

TEST(Acceptor, WithoutDescriptorsItComplainsWaitsAndGoesOn) {
    Worker worker;
    asio::io_context background(1);
    Acceptor acceptor(background, "127.0.0.1:0");
    std::vector<error_code> complaints;
    std::vector<Deadline> times;
    std::optional<NoDescriptorsLeft> shortage;
    const auto complain = [&](const error_code& error) {
        complaints.push_back(error);
        times.push_back(Clock::now());
        if (complaints.size() == 2) shortage.reset();
    };
    Stream client(connect_to(background, acceptor.endpoint()));
    shortage.emplace(background);
    run(background,
        both(acceptor.accept_loop([&] { return worker.destination(); }, complain), [&]() -> Task<> {
            EXPECT_EQ(co_await read_until_end(client), "220 welcome\r\n");
            acceptor.stop();
        }()));
    ASSERT_EQ(complaints.size(), 2u);
    EXPECT_EQ(complaints[0], asio::error::no_descriptors);
    EXPECT_GE(times[1] - times[0], 100ms);
}

}  // namespace
}  // namespace postern::net
