#include "net/acceptor.hpp"

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>

#include "support/run_task.hpp"

namespace postern::net {
namespace {

TEST(Acceptor, GivesSocketsToAnotherIoContext) {
    asio::io_context io(1), worker(1);
    Acceptor acceptor(io, "127.0.0.1:0");
    ASSERT_NE(acceptor.endpoint().port(), 0);
    asio::io_context client_io(1);
    Socket client(client_io);
    client.connect(acceptor.endpoint());
    auto accepted = test::run_task(io, acceptor.accept(worker));
    ASSERT_TRUE(accepted);
    EXPECT_EQ(&accepted->get_executor().context(), &worker);
    EXPECT_EQ(accepted->remote_endpoint(), client.local_endpoint());
}

TEST(Acceptor, ListensOnBothFamiliesAtTheUnspecifiedAddress) {
    asio::io_context io(1);
    Acceptor acceptor(io, "[::]:0");
    Socket client(io);
    client.connect({asio::ip::address_v4::loopback(), acceptor.endpoint().port()});
    auto accepted = test::run_task(io, acceptor.accept(io));
    EXPECT_TRUE(accepted);
}

TEST(Acceptor, TwoProcessesMayShareAPort) {
    asio::io_context io(1);
    Acceptor first(io, "127.0.0.1:0");
    EXPECT_NO_THROW(Acceptor(io, "127.0.0.1:" + std::to_string(first.endpoint().port())));
}

TEST(Acceptor, SaysWhatIsWrongWithAnAddress) {
    asio::io_context io(1);
    for (const auto* address : {"", "587", "localhost:587", "127.0.0.1", "203.0.113.1:587"}) {
        try {
            Acceptor acceptor(io, address);
            ADD_FAILURE() << address;
        } catch (const std::runtime_error& error) {
            EXPECT_NE(std::string(error.what()).find(address), std::string::npos);
        }
    }
}

TEST(Acceptor, CancellationEndsTheWait) {
    asio::io_context io(1);
    Acceptor acceptor(io, "127.0.0.1:0");
    test::Running<boost::system::result<Socket>> waiting(io, acceptor.accept(io));
    test::run_ready(io);
    waiting.cancel();
    test::run_ready(io);
    EXPECT_TRUE(waiting.done());
    EXPECT_THROW(waiting.value(), boost::system::system_error);
}

}  // namespace
}  // namespace postern::net
