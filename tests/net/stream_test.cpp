// Stream's contract on plain connections; stream_tls_test.cpp has the same for TLS.
#include "net/stream.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "net/harness.hpp"

namespace postern::net {
namespace {

class PlainStream : public testing::Test {
 protected:
    asio::io_context io_{1};
    StreamPair pair_ = stream_pair(io_);
    Stream& server_ = pair_.server;
    Stream& client_ = pair_.client;
};

Task<> write_and_finish(Stream& stream, std::string octets) {
    co_await stream.write(octets);
    co_await stream.shutdown();
}

TEST_F(PlainStream, CarriesOctetsOfEverySize) {
    run(io_, [&]() -> Task<> {
        for (const std::size_t size : {1u, 2u, 1023u, 16'384u, 16'385u, 1'000'000u}) {
            const std::string sent = pattern(size);
            std::string received;
            co_await both(client_.write(sent),
                          [&]() -> Task<> { received = co_await read_exactly(server_, size); }());
            EXPECT_EQ(received, sent) << size;
        }
    }());
}

TEST_F(PlainStream, KnowsWithoutReadingWhetherThereIsSomethingToRead) {
    EXPECT_EQ(server_.look_ahead(), Stream::Ahead::nothing);
    run(io_, client_.write("x"));
    EXPECT_EQ(server_.look_ahead(), Stream::Ahead::octets);
    run(io_, [&]() -> Task<> { EXPECT_EQ(co_await read_exactly(server_, 1), "x"); }());
    EXPECT_EQ(server_.look_ahead(), Stream::Ahead::nothing);
    client_.close();
    EXPECT_EQ(server_.look_ahead(), Stream::Ahead::end) << "the end";
    EXPECT_EQ(client_.look_ahead(), Stream::Ahead::end) << "closed";
}

TEST_F(PlainStream, WritingNothingDoesNothing) {
    run(io_, client_.write(""));
    run(io_, both(write_and_finish(client_, "x"), [&]() -> Task<> {
            EXPECT_EQ(co_await read_until_end(server_), "x");
            co_await server_.shutdown();
        }()));
}

TEST_F(PlainStream, KnowsBothEnds) {
    EXPECT_EQ(server_.remote(), client_.local());
    EXPECT_EQ(server_.local(), client_.remote());
    EXPECT_FALSE(server_.is_tls());
    EXPECT_EQ(server_.tls_version(), "");
    EXPECT_EQ(server_.tls_cipher(), "");
    EXPECT_EQ(server_.peer_subject(), "");
    EXPECT_EQ(server_.server_name(), "");
    EXPECT_FALSE(server_.resumed());
}

TEST_F(PlainStream, CanAnswerAfterTheOtherSideHasFinished) {
    run(io_, both(
                 [&]() -> Task<> {
                     EXPECT_EQ(co_await read_until_end(server_), "question");
                     EXPECT_EQ(co_await read_once(server_), "") << "the end stays the end";
                     co_await server_.write("answer");
                     co_await server_.shutdown();
                 }(),
                 [&]() -> Task<> {
                     co_await client_.write("question");
                     // shutdown() drops what still comes, so only the sending half is closed here.
                     co_await asio::post(io_.get_executor(), use_task);
                     co_await client_.shutdown();
                 }()));
    EXPECT_FALSE(server_.is_open());
    EXPECT_FALSE(server_.truncated());
}

TEST_F(PlainStream, ResetByThePeerIsAnError) {
    SocketPair sockets = socket_pair(io_, io_);
    Stream stream(std::move(sockets.near));
    sockets.far.set_option(asio::socket_base::linger(true, 0));
    sockets.far.close();
    EXPECT_EQ(run(io_, error_of(read_once(stream))), asio::error::connection_reset);
    EXPECT_TRUE(run(io_, error_of(stream.write("x"))));
}

TEST_F(PlainStream, WriteWaitsForAPeerThatReadsLater) {
    const std::string sent = pattern(20'000'000);
    std::string received;
    run(io_, both(client_.write(sent), [&]() -> Task<> {
            for (int turn = 0; turn < 20; ++turn)
                co_await asio::post(io_.get_executor(), use_task);
            received = co_await read_exactly(server_, sent.size());
        }()));
    EXPECT_TRUE(received == sent);
}

TEST_F(PlainStream, ReadThatTimesOutLeavesTheStreamWritable) {
    run(io_, [&]() -> Task<> {
        server_.expires_after(10ms);
        EXPECT_EQ(co_await error_of(read_once(server_)), asio::error::timed_out);
        EXPECT_EQ(co_await error_of(read_once(server_)), asio::error::timed_out)
            << "until the deadline is moved";
        EXPECT_EQ(co_await error_of(server_.write("x")), asio::error::timed_out);

        server_.expires_after(1h);
        co_await server_.write("421 too slow\r\n");
        EXPECT_EQ(co_await read_once(client_), "421 too slow\r\n");
        co_await client_.write("sorry");
        EXPECT_EQ(co_await read_once(server_), "sorry");
    }());
}

TEST_F(PlainStream, WriteToAPeerThatReadsNothingTimesOut) {
    server_.expires_after(50ms);
    const std::string much = pattern(64'000'000);
    EXPECT_EQ(run(io_, error_of(server_.write(much))), asio::error::timed_out);
}

TEST_F(PlainStream, ADeadlineThatHasPassedEndsEvenWhatNeedNotWait) {
    run(io_, client_.write("ready"));
    server_.expires_at(Clock::now() - 1s);
    EXPECT_EQ(run(io_, error_of(read_once(server_))), asio::error::timed_out);
    EXPECT_EQ(run(io_, error_of(server_.write("x"))), asio::error::timed_out);
    server_.expires_never();
    EXPECT_EQ(run(io_, read_once(server_)), "ready");
}

TEST_F(PlainStream, ADeadlineMovedEarlierCountsForWhoeverWaits) {
    const Deadline started = Clock::now();
    server_.expires_after(1h);
    run(io_, both(
                 [&]() -> Task<> {
                     EXPECT_EQ(co_await error_of(read_once(server_)), asio::error::timed_out);
                 }(),
                 [&]() -> Task<> {
                     co_await sleep_for(5ms);
                     server_.expires_after(5ms);
                 }()));
    EXPECT_LT(Clock::now() - started, patience);
}

TEST_F(PlainStream, ADeadlineMovedLaterCountsForWhoeverWaits) {
    run(io_, both(
                 [&]() -> Task<> {
                     server_.expires_after(20ms);
                     EXPECT_EQ(co_await read_once(server_), "late");
                 }(),
                 [&]() -> Task<> {
                     co_await sleep_for(5ms);
                     server_.expires_after(1h);
                     co_await sleep_for(40ms);
                     co_await client_.write("late");
                 }()));
}

TEST_F(PlainStream, ADeadlineEndsReaderAndWriterAlike) {
    const std::string much = pattern(64'000'000);
    server_.expires_after(20ms);
    run(io_, both(
                 [&]() -> Task<> {
                     EXPECT_EQ(co_await error_of(read_once(server_)), asio::error::timed_out);
                 }(),
                 [&]() -> Task<> {
                     EXPECT_EQ(co_await error_of(server_.write(much)), asio::error::timed_out);
                 }()));
}

TEST_F(PlainStream, CancellationOfTheCoroutineIsNoTimeout) {
    server_.expires_after(1h);
    asio::cancellation_signal signal;
    error_code seen;
    asio::co_spawn(
        io_,
        [&]() -> Task<> {
            try {
                co_await read_once(server_);
            } catch (const system_error& thrown) {
                seen = thrown.code();
            }
        },
        asio::bind_cancellation_slot(signal.slot(), asio::detached));
    asio::post(io_, [&] { signal.emit(asio::cancellation_type::terminal); });
    run(io_, sleep_for(1ms));
    EXPECT_EQ(seen, asio::error::operation_aborted);
    // The stream is none the worse for it.
    run(io_, both(client_.write("x"),
                  [&]() -> Task<> { EXPECT_EQ(co_await read_once(server_), "x"); }()));
}

TEST_F(PlainStream, CancelEndsWhateverWaits) {
    run(io_, both(
                 [&]() -> Task<> {
                     EXPECT_EQ(co_await error_of(read_once(server_)),
                               asio::error::operation_aborted);
                 }(),
                 [&]() -> Task<> {
                     server_.cancel();
                     co_return;
                 }()));
    run(io_, client_.write("x"));
    EXPECT_EQ(run(io_, read_once(server_)), "x");
}

TEST_F(PlainStream, CloseEndsWhateverWaitsAndWhateverComesLater) {
    run(io_, both(
                 [&]() -> Task<> {
                     EXPECT_EQ(co_await error_of(read_once(server_)),
                               asio::error::operation_aborted);
                 }(),
                 [&]() -> Task<> {
                     server_.close();
                     co_return;
                 }()));
    EXPECT_FALSE(server_.is_open());
    EXPECT_EQ(run(io_, error_of(read_once(server_))), asio::error::operation_aborted);
    EXPECT_EQ(run(io_, error_of(server_.write("x"))), asio::error::operation_aborted);
    run(io_, server_.shutdown());
}

TEST_F(PlainStream, MayBeMovedAndDestroyedWhileItIsRead) {
    server_.expires_after(1h);
    error_code seen;
    run(io_, both(
                 [&]() -> Task<> {
                     std::array<char, 8> into;
                     seen = co_await error_of(server_.read_some(asio::buffer(into)));
                 }(),
                 [&]() -> Task<> {
                     {
                         const Stream moved = std::move(server_);
                     }
                     EXPECT_FALSE(server_.is_open());
                     co_return;
                 }()));
    EXPECT_EQ(seen, asio::error::operation_aborted);
}

TEST_F(PlainStream, AnArmedDeadlineDoesNotKeepTheLoopAlive) {
    server_.expires_after(1h);
    run(io_, client_.write("x"));
    EXPECT_EQ(run(io_, read_once(server_)), "x");
    server_.close();
    client_.close();
    io_.restart();
    const Deadline started = Clock::now();
    io_.run_for(patience);
    EXPECT_LT(Clock::now() - started, patience / 2);
}

TEST_F(PlainStream, MayOutliveItsDeadlineTimerInADyingLoop) {
    auto io = std::make_unique<asio::io_context>(1);
    SocketPair sockets = socket_pair(*io, io_);
    asio::co_spawn(
        *io,
        [](Socket socket) -> Task<> {
            Stream stream(std::move(socket));
            stream.expires_after(1h);
            co_await read_once(stream);
        }(std::move(sockets.near)),
        asio::detached);
    io->poll();
    io.reset();  // destroys the coroutine where it waits
    std::array<char, 1> octet;
    error_code error;
    sockets.far.read_some(asio::buffer(octet), error);
    EXPECT_EQ(error, asio::error::eof);
}

TEST_F(PlainStream, ShutdownDeliversTheLastWordsToAPeerThatStillSends) {
    // Octets that nobody reads would turn the close into a reset, and the peer would lose the 421.
    run(io_, client_.write(pattern(100'000)));
    run(io_, both(
                 [&]() -> Task<> {
                     co_await server_.write("421 bye\r\n");
                     co_await server_.shutdown();
                 }(),
                 [&]() -> Task<> {
                     EXPECT_EQ(co_await read_until_end(client_), "421 bye\r\n");
                     co_await client_.shutdown();
                 }()));
}

TEST_F(PlainStream, ShutdownWaitsAtMostASecondForASilentPeer) {
    const Deadline started = Clock::now();
    run(io_, server_.shutdown());
    EXPECT_FALSE(server_.is_open());
    EXPECT_GE(Clock::now() - started, 900ms);
    EXPECT_LT(Clock::now() - started, 10s);
}

TEST_F(PlainStream, OctetsBehindAStartTlsLineAreHandedOut) {
    run(io_, client_.write("STARTTLS\r\nMAIL FROM:<injected@example.org>\r\n"));
    EXPECT_EQ(run(io_, read_once(server_)), "STARTTLS\r\nMAIL FROM:<injected@example.org>\r\n");
}

}  // namespace
}  // namespace postern::net
