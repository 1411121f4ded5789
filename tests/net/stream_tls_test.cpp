// Stream's contract on TLS connections.
#include <openssl/err.h>

#include <boost/asio/post.hpp>
#include <thread>

#include "net/stream.hpp"
#include "net/tls_harness.hpp"

namespace postern::net {
namespace {

class TlsStream : public TlsTest {};

TEST_F(TlsStream, ASessionTicketIsNothingToRead) {
    StreamPair pair = secured_pair();
    run(io_, pair.server.write("x"));
    EXPECT_EQ(pair.client.look_ahead(), Stream::Ahead::octets);
    run(io_, [&]() -> Task<> { EXPECT_EQ(co_await read_exactly(pair.client, 1), "x"); }());
    EXPECT_EQ(pair.client.look_ahead(), Stream::Ahead::nothing);
    EXPECT_EQ(pair.server.look_ahead(), Stream::Ahead::nothing);
    pair.server.close();
    EXPECT_EQ(pair.client.look_ahead(), Stream::Ahead::end) << "the end";
}

TEST_F(TlsStream, TellsWhatWasNegotiated) {
    StreamPair pair = secured_pair();
    EXPECT_TRUE(pair.server.is_tls());
    EXPECT_EQ(pair.server.tls_version(), "TLSv1.3");
    EXPECT_EQ(pair.server.tls_cipher(), pair.client.tls_cipher());
    EXPECT_NE(pair.server.tls_cipher(), "");
    EXPECT_EQ(pair.server.server_name(), "mail.example.org");
    EXPECT_FALSE(pair.server.resumed());
    EXPECT_EQ(pair.server.peer_subject(), "");
    EXPECT_EQ(pair.client.peer_subject(), "CN=server");
}

TEST_F(TlsStream, CarriesOctetsOfEverySize) {
    StreamPair pair = secured_pair();
    run(io_, [&]() -> Task<> {
        for (const std::size_t size : {1u, 2u, 1023u, 16'384u, 16'385u, 1'000'000u}) {
            const std::string sent = pattern(size);
            std::string received;
            co_await both(pair.client.write(sent), [&]() -> Task<> {
                received = co_await read_exactly(pair.server, size);
            }());
            EXPECT_TRUE(received == sent) << size;
        }
    }());
}

TEST_F(TlsStream, OctetsThatOpensslHasReadAheadAreNotWaitedFor) {
    StreamPair pair = secured_pair();
    const std::string sent = pattern(5'000);
    run(io_, both(
                 [&]() -> Task<> {
                     // Many records at once, read an octet at a time.
                     for (std::size_t at = 0; at < sent.size(); at += 100)
                         co_await pair.client.write(std::string_view(sent).substr(at, 100));
                 }(),
                 [&]() -> Task<> {
                     std::string received;
                     char octet = 0;
                     while (received.size() < sent.size()) {
                         EXPECT_EQ(co_await pair.server.read_some(asio::buffer(&octet, 1)), 1u);
                         received.push_back(octet);
                     }
                     EXPECT_EQ(received, sent);
                 }()));
}

TEST_F(TlsStream, ReadsAndWritesMegabytesAtTheSameTime) {
    StreamPair pair = secured_pair();
    const std::string up = pattern(8'000'000);
    const std::string down = pattern(9'000'000);
    std::string up_received;
    std::string down_received;
    run(io_,
        both(
            both(pair.client.write(up), pair.server.write(down)),
            both([&]() -> Task<> { up_received = co_await read_exactly(pair.server, up.size()); }(),
                 [&]() -> Task<> {
                     down_received = co_await read_exactly(pair.client, down.size());
                 }())));
    EXPECT_TRUE(up_received == up);
    EXPECT_TRUE(down_received == down);
}

TEST_F(TlsStream, AFastPeerDoesNotHoldTheThread) {
    StreamPair pair = secured_pair();
    constexpr std::size_t size = 4'000'000;
    bool done = false;
    int turns = 0;
    run(io_, both(
                 [&]() -> Task<> {
                     co_await both(pair.client.write(pattern(size)),
                                   [&]() -> Task<> { co_await read_exactly(pair.server, size); }());
                     done = true;
                 }(),
                 [&]() -> Task<> {
                     while (!done) {
                         ++turns;
                         co_await asio::post(io_.get_executor(), use_task);
                     }
                 }()));
    // A turn at least every 16 records of 16 KiB.
    EXPECT_GE(turns, 10);
}

TEST_F(TlsStream, IsUpgradedInPlace) {
    StreamPair pair = stream_pair(io_);
    const auto server = [&]() -> Task<> {
        pair.server.expires_after(patience);
        EXPECT_EQ(co_await read_once(pair.server), "STARTTLS\r\n");
        co_await pair.server.write("220 go ahead\r\n");
        co_await pair.server.accept_tls(server_context());
        EXPECT_EQ(co_await read_once(pair.server), "EHLO again\r\n");
        co_await pair.server.shutdown();
    };
    const auto client = [&]() -> Task<> {
        co_await pair.client.write("STARTTLS\r\n");
        EXPECT_EQ(co_await read_once(pair.client), "220 go ahead\r\n");
        co_await pair.client.connect_tls(client_context(), "localhost");
        co_await pair.client.write("EHLO again\r\n");
        EXPECT_EQ(co_await read_until_end(pair.client), "");
        co_await pair.client.shutdown();
    };
    run(io_, both(server(), client()));
    EXPECT_FALSE(pair.client.truncated());
    EXPECT_FALSE(pair.server.truncated());
}

TEST_F(TlsStream, PlainOctetsInPlaceOfAHandshakeAreATlsError) {
    StreamPair pair = stream_pair(io_);
    run(io_, pair.client.write("MAIL FROM:<injected@example.org>\r\n"));
    EXPECT_THROW(run(io_, pair.server.accept_tls(server_context())), TlsError);
    EXPECT_FALSE(pair.server.is_tls());
    run(io_, both(pair.server.shutdown(), pair.client.shutdown()));
}

TEST_F(TlsStream, IsNotUpgradedTwice) {
    StreamPair pair = secured_pair();
    EXPECT_THROW(run(io_, pair.server.accept_tls(server_context())), TlsError);
    run(io_, pair.client.write("still here"));
    EXPECT_EQ(run(io_, read_once(pair.server)), "still here");
}

TEST_F(TlsStream, AHandshakeThatBreaksOffIsABrokenConnection) {
    StreamPair pair = stream_pair(io_);
    pair.client.close();
    EXPECT_EQ(run(io_, error_of(pair.server.accept_tls(server_context()))), asio::error::eof);
}

TEST_F(TlsStream, AHandshakeWithASilentPeerTimesOut) {
    StreamPair pair = stream_pair(io_);
    pair.server.expires_after(10ms);
    EXPECT_EQ(run(io_, error_of(pair.server.accept_tls(server_context()))), asio::error::timed_out);
}

TEST_F(TlsStream, CloseNotifyIsTheEnd) {
    StreamPair pair = secured_pair();
    run(io_, both(
                 [&]() -> Task<> {
                     co_await pair.client.write("QUIT\r\n");
                     co_await pair.client.shutdown();
                 }(),
                 [&]() -> Task<> {
                     EXPECT_EQ(co_await read_until_end(pair.server), "QUIT\r\n");
                     EXPECT_EQ(co_await read_once(pair.server), "") << "the end stays the end";
                     co_await pair.server.shutdown();
                 }()));
    EXPECT_FALSE(pair.server.truncated());
}

TEST_F(TlsStream, FinWithoutCloseNotifyIsATruncatedEnd) {
    StreamPair pair = secured_pair();
    // With the server's ticket unread the close would be a reset.
    run(io_, pair.server.write("354 go ahead"));
    run(io_, read_once(pair.client));
    run(io_, pair.client.write("half a mess"));
    pair.client.close();
    EXPECT_EQ(run(io_, read_until_end(pair.server)), "half a mess");
    EXPECT_EQ(run(io_, read_once(pair.server)), "") << "the end stays the end";
    EXPECT_TRUE(pair.server.truncated());
    run(io_, pair.server.shutdown());
}

TEST_F(TlsStream, ResetByThePeerIsAnError) {
    SocketPair sockets = socket_pair(io_, io_);
    const int descriptor = sockets.far.native_handle();
    StreamPair pair{Stream(std::move(sockets.near)), Stream(std::move(sockets.far))};
    handshake(pair, server_context(), client_context());
    const linger abort{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    pair.client.close();
    EXPECT_EQ(run(io_, error_of(read_once(pair.server))), asio::error::connection_reset);
    EXPECT_TRUE(run(io_, error_of(pair.server.write("x"))));
    run(io_, pair.server.shutdown());
}

TEST_F(TlsStream, ARecordThatWasTamperedWithIsAnError) {
    SocketPair sockets = socket_pair(io_, io_);
    const int descriptor = sockets.far.native_handle();
    StreamPair pair{Stream(std::move(sockets.near)), Stream(std::move(sockets.far))};
    handshake(pair, server_context(), client_context());
    const std::string forged = std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x');
    ASSERT_EQ(::send(descriptor, forged.data(), forged.size(), 0), 37);
    try {
        run(io_, read_once(pair.server));
        ADD_FAILURE() << "was accepted";
    } catch (const system_error& thrown) {
        EXPECT_STREQ(thrown.code().category().name(), "tls");
        EXPECT_EQ(thrown.code().message(), "decryption failed or bad record mac");
    }
}

TEST_F(TlsStream, CanAnswerAfterTheOtherSideHasFinished) {
    std::string heard;
    against_bare_client(
        io_, bare_context(),
        [&](SSL* ssl) {
            SSL_write(ssl, "question", 8);
            SSL_shutdown(ssl);
            std::array<char, 20> into{};
            if (const int count = SSL_read(ssl, into.data(), into.size()); count > 0)
                heard.assign(into.data(), static_cast<std::size_t>(count));
        },
        [&](Stream& stream) -> Task<> {
            co_await stream.accept_tls(server_context());
            EXPECT_EQ(co_await read_until_end(stream), "question");
            co_await stream.write("answer");
            co_await stream.shutdown();
        });
    EXPECT_EQ(heard, "answer");
}

TEST_F(TlsStream, ReadThatTimesOutLeavesTheStreamUsable) {
    StreamPair pair = secured_pair();
    run(io_, [&]() -> Task<> {
        pair.server.expires_after(10ms);
        EXPECT_EQ(co_await error_of(read_once(pair.server)), asio::error::timed_out);
        EXPECT_EQ(co_await error_of(pair.server.write("x")), asio::error::timed_out);
        pair.server.expires_after(1h);
        co_await pair.server.write("421 too slow\r\n");
        EXPECT_EQ(co_await read_once(pair.client), "421 too slow\r\n");
        co_await pair.client.write("sorry");
        EXPECT_EQ(co_await read_once(pair.server), "sorry");
    }());
}

TEST_F(TlsStream, ReadThatWasCancelledLeavesTheStreamUsable) {
    StreamPair pair = secured_pair();
    run(io_, [&]() -> Task<> {
        EXPECT_EQ(co_await error_of(within(Clock::now() + 5ms, read_once(pair.server))),
                  asio::error::timed_out);
        co_await pair.server.write("still here");
        EXPECT_EQ(co_await read_once(pair.client), "still here");
        co_await pair.client.write("good");
        EXPECT_EQ(co_await read_once(pair.server), "good");
    }());
}

TEST_F(TlsStream, WriteToAPeerThatReadsNothingTimesOut) {
    StreamPair pair = secured_pair();
    pair.server.expires_after(50ms);
    EXPECT_EQ(run(io_, error_of(pair.server.write(pattern(64'000'000)))), asio::error::timed_out);
    run(io_, both(pair.server.shutdown(), pair.client.shutdown()));
}

TEST_F(TlsStream, CloseEndsWhateverWaits) {
    StreamPair pair = secured_pair();
    run(io_, both(
                 [&]() -> Task<> {
                     EXPECT_EQ(co_await error_of(read_once(pair.server)),
                               asio::error::operation_aborted);
                 }(),
                 [&]() -> Task<> {
                     pair.server.close();
                     co_return;
                 }()));
    EXPECT_EQ(run(io_, error_of(read_once(pair.server))), asio::error::operation_aborted);
    EXPECT_EQ(run(io_, error_of(pair.server.write("x"))), asio::error::operation_aborted);
    EXPECT_EQ(pair.server.tls_version(), "TLSv1.3") << "the log may still ask";
}

TEST_F(TlsStream, MayBeDestroyedWhileItIsReadAndWritten) {
    StreamPair pair = secured_pair();
    std::optional<Stream> stream(std::move(pair.server));
    const std::string much = pattern(64'000'000);
    error_code reader;
    error_code writer;
    run(io_, both(both([&]() -> Task<> { reader = co_await error_of(read_once(*stream)); }(),
                       [&]() -> Task<> { writer = co_await error_of(stream->write(much)); }()),
                  [&]() -> Task<> {
                      co_await sleep_for(1ms);
                      stream.reset();
                  }()));
    EXPECT_EQ(reader, asio::error::operation_aborted);
    EXPECT_EQ(writer, asio::error::operation_aborted);
}

TEST_F(TlsStream, AnswersKeyUpdatesWhileItWrites) {
    constexpr int rounds = 50;
    const std::string piece = pattern(20'000);
    std::string echoed;
    against_bare_client(
        io_, bare_context(),
        [&](SSL* ssl) {
            for (int i = 0; i < rounds; ++i) {
                SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED);
                SSL_write(ssl, piece.data(), static_cast<int>(piece.size()));
                std::string back(piece.size(), '\0');
                for (std::size_t have = 0; have < back.size();) {
                    const int count =
                        SSL_read(ssl, back.data() + have, static_cast<int>(back.size() - have));
                    if (count <= 0) return;
                    have += static_cast<std::size_t>(count);
                }
                echoed += back;
            }
        },
        [&](Stream& stream) -> Task<> {
            co_await stream.accept_tls(server_context());
            for (int i = 0; i < rounds; ++i)
                co_await stream.write(co_await read_exactly(stream, piece.size()));
        });
    EXPECT_EQ(echoed.size(), rounds * piece.size());
    EXPECT_TRUE(std::string_view(echoed).substr(0, piece.size()) == piece);
}

TEST_F(TlsStream, RefusesRenegotiation) {
    const SslCtxPtr context = bare_context();
    SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
    bool renegotiated = true;
    against_bare_client(
        io_, context,
        [&](SSL* ssl) {
            if (SSL_do_handshake(ssl) != 1) return;
            SSL_renegotiate(ssl);
            renegotiated = SSL_do_handshake(ssl) == 1;
        },
        [&](Stream& stream) -> Task<> {
            co_await stream.accept_tls(server_context());
            EXPECT_EQ(stream.tls_version(), "TLSv1.2");
            (void)co_await error_of(read_once(stream));
        });
    EXPECT_FALSE(renegotiated);
}

// A session that was given to `client` lies in `sessions`, as a client that resumes would keep it.
void collect_sessions(const TlsContext& client, std::vector<SessionPtr>& sessions) {
    SSL_CTX_set_session_cache_mode(client.native(),
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    static std::vector<SessionPtr>* collected;
    collected = &sessions;
    SSL_CTX_sess_set_new_cb(client.native(), [](SSL*, SSL_SESSION* session) {
        collected->emplace_back(session, SSL_SESSION_free);
        return 1;
    });
}

TEST_F(TlsStream, ASessionThatEndedWellStaysResumable) {
    enum class End : std::uint8_t { shutdown, close, destruction };
    for (const End end : {End::shutdown, End::close, End::destruction}) {
        std::vector<SessionPtr> sessions;
        const auto client = client_context();
        collect_sessions(*client, sessions);
        {
            StreamPair pair = secured_pair(server_context(), client);
            run(io_, pair.server.write("x"));
            EXPECT_EQ(run(io_, read_once(pair.client)), "x");
            if (end == End::shutdown)
                run(io_, both(pair.client.shutdown(), pair.server.shutdown()));
            if (end == End::close) pair.client.close();
        }
        ASSERT_EQ(sessions.size(), 1u) << "one ticket is enough";
        EXPECT_EQ(SSL_SESSION_is_resumable(sessions[0].get()), 1) << static_cast<int>(end);
    }
}

}  // namespace
}  // namespace postern::net
