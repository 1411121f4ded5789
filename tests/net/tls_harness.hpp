// What the TLS tests share: certificates, contexts, secured pairs, and a bare OpenSSL client on a
// thread of its own for what a Stream would never do.
#pragma once

#include <openssl/ssl.h>

#include <functional>
#include <thread>

#include "net/harness.hpp"
#include "support/certificates.hpp"
#include "support/temporary_directory.hpp"

namespace postern::net {

// What went wrong, in words; empty when nothing did.
template <class T>
Task<std::string> words_of(Task<T> task) {
    try {
        (co_await std::move(task));
    } catch (const std::exception& thrown) {
        co_return thrown.what();
    }
    co_return "";
}

class TlsTest : public testing::Test {
 protected:
    static void SetUpTestSuite() {
        folder_ = new test::TemporaryDirectory;
        files_ = new test::TestCertificates(test::write_test_certificates(folder_->path()));
    }
    static void TearDownTestSuite() {
        delete files_;
        delete folder_;
    }

    static TlsFiles present(const test::CertificateFiles& files, bool is_default = false) {
        return {files.cert, files.key, is_default};
    }
    static TlsServerSettings settings_with(const test::CertificateFiles& files) {
        return {.certificates = {present(files)}};
    }
    static std::shared_ptr<const TlsContext> server_context(
        const TlsServerSettings& settings,
        std::shared_ptr<TicketKeys> keys = std::make_shared<TicketKeys>()) {
        return TlsContext::server(settings, std::move(keys));
    }
    static std::shared_ptr<const TlsContext> server_context() {
        return server_context(settings_with(files_->server));
    }
    static std::shared_ptr<const TlsContext> client_context() {
        return TlsContext::client({.ca = files_->ca});
    }

    // The error of each side's handshake.
    struct Errors {
        std::string server, client;
    };
    Errors handshake(StreamPair& pair, std::shared_ptr<const TlsContext> server,
                     std::shared_ptr<const TlsContext> client,
                     std::string host = "mail.example.org") {
        Errors errors;
        const auto note = [](std::string& into, Stream& stream, Task<> task) -> Task<> {
            into = co_await words_of(std::move(task));
            if (!into.empty()) stream.close();
        };
        run(io_, both(note(errors.server, pair.server, pair.server.accept_tls(server)),
                      note(errors.client, pair.client, pair.client.connect_tls(client, host))));
        return errors;
    }
    StreamPair secured_pair(std::shared_ptr<const TlsContext> server = server_context(),
                            std::shared_ptr<const TlsContext> client = client_context(),
                            const std::string& host = "mail.example.org") {
        StreamPair pair = stream_pair(io_);
        const Errors errors = handshake(pair, std::move(server), std::move(client), host);
        EXPECT_EQ(errors.server, "");
        EXPECT_EQ(errors.client, "");
        return pair;
    }

    inline static test::TemporaryDirectory* folder_ = nullptr;
    inline static test::TestCertificates* files_ = nullptr;
    asio::io_context io_{1};
};

using SslCtxPtr = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using SslPtr = std::unique_ptr<SSL, decltype(&SSL_free)>;
using SessionPtr = std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)>;

inline SslCtxPtr bare_context() {
    return {SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
}

// A blocking OpenSSL client against `serve`, which runs on this thread with the other end.
inline void against_bare_client(asio::io_context& io, const SslCtxPtr& context,
                                const std::function<void(SSL*)>& talk,
                                const std::function<Task<>(Stream&)>& serve) {
    asio::io_context elsewhere(1);
    SocketPair sockets = socket_pair(io, elsewhere);
    sockets.far.native_non_blocking(false);
    std::thread client([&] {
        const SslPtr ssl(SSL_new(context.get()), SSL_free);
        SSL_set_fd(ssl.get(), sockets.far.native_handle());
        SSL_set_connect_state(ssl.get());
        talk(ssl.get());
        sockets.far.close();
    });
    Stream stream(std::move(sockets.near));
    try {
        run(io, serve(stream));
    } catch (const std::exception& thrown) {
        ADD_FAILURE() << "the server's side: " << thrown.what();
    }
    stream.close();
    client.join();
}

}  // namespace postern::net
