// Session tickets: what a client may resume, and where.
#include "net/tls_context.hpp"
#include "net/tls_harness.hpp"

namespace postern::net {
namespace {

class Resumption : public TlsTest, public testing::WithParamInterface<int> {
 protected:
    // Connects with what the last connection left, and keeps what this one leaves.
    bool resumes(const std::shared_ptr<const TlsContext>& server) {
        bool resumed = false;
        against_bare_client(
            io_, context_,
            [&](SSL* ssl) {
                if (session_) SSL_set_session(ssl, session_.get());
                char octet = 0;
                SSL_read(ssl, &octet, 1);  // takes the tickets of TLS 1.3 along
                session_.reset(SSL_get1_session(ssl));
                SSL_shutdown(ssl);
            },
            [&](Stream& stream) -> Task<> {
                co_await stream.accept_tls(server);
                resumed = stream.resumed();
                co_await stream.write("x");
                co_await stream.shutdown();
            });
        return resumed;
    }
    static SslCtxPtr context_of(int version) {
        SslCtxPtr context = bare_context();
        SSL_CTX_set_max_proto_version(context.get(), version);
        SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT);
        return context;
    }

    const SslCtxPtr context_ = context_of(GetParam());
    SessionPtr session_{nullptr, SSL_SESSION_free};
};

TEST_P(Resumption, ATicketIsGoodForEveryContextOfTheSameKeys) {
    const auto keys = std::make_shared<TicketKeys>();
    const TlsServerSettings settings = settings_with(files_->server);
    EXPECT_FALSE(resumes(server_context(settings, keys)));
    EXPECT_TRUE(resumes(server_context(settings, keys))) << "as after a reload";
    EXPECT_TRUE(resumes(server_context(settings, keys)));
    EXPECT_FALSE(resumes(server_context(settings))) << "other keys";
}

TEST_P(Resumption, ThePreviousKeyStillOpensTicketsAndRenewsThem) {
    const auto keys = std::make_shared<TicketKeys>();
    const auto server = server_context(settings_with(files_->server), keys);
    EXPECT_FALSE(resumes(server));
    keys->rotate();
    EXPECT_TRUE(resumes(server));
    keys->rotate();
    EXPECT_TRUE(resumes(server)) << "was renewed";
    keys->rotate();
    keys->rotate();
    EXPECT_FALSE(resumes(server));
}

TEST_P(Resumption, ATicketIsNoWayAroundAnotherListenersClientCa) {
    const auto keys = std::make_shared<TicketKeys>();
    TlsServerSettings settings = settings_with(files_->server);
    EXPECT_FALSE(resumes(server_context(settings, keys)));
    settings.client_ca = files_->ca;
    EXPECT_FALSE(resumes(server_context(settings, keys)));
    EXPECT_TRUE(resumes(server_context(settings, keys)));
    settings.client_ca = files_->other_ca;
    EXPECT_FALSE(resumes(server_context(settings, keys)));
}

INSTANTIATE_TEST_SUITE_P(Versions, Resumption, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& info) {
                             return info.param == TLS1_2_VERSION ? "Tls12" : "Tls13";
                         });

}  // namespace
}  // namespace postern::net
