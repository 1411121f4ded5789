#include "net/tls_context.hpp"

#include <gmock/gmock.h>
#include <openssl/x509.h>

#include "net/tls_harness.hpp"

namespace postern::net {
namespace {

using testing::HasSubstr;

class Tls : public TlsTest {
 protected:
    static std::string write_file(const std::string& name, const std::string& text) {
        const auto path = *folder_ / name;
        test::write_file(path, text);
        return path.string();
    }
};

std::string failure_of(const std::function<void()>& load) {
    try {
        load();
    } catch (const TlsError& thrown) {
        return thrown.what();
    }
    return "";
}

TEST_F(Tls, SaysWhatIsWrongWithAServersFiles) {
    const test::CertificateFiles& good = files_->server;
    const std::string text = write_file("text.pem", "this is no certificate\n");
    const std::string empty = write_file("empty.pem", "");
    const std::string garbled =
        write_file("garbled.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    const std::string broken_chain =
        write_file("broken-chain.pem", test::read_file(good.cert) + test::read_file(garbled));
    const std::string encrypted = write_file(
        "encrypted.key",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
    const struct {
        std::string cert, key, message;
    } cases[] = {
        {"/nonexistent/a.pem", good.key, "certificate file /nonexistent/a.pem: No such file"},
        {good.cert, "/nonexistent/a.key", "private key file /nonexistent/a.key: No such file"},
        {folder_->path().string(), good.key, "Is a directory"},
        {text, good.key, text + " has no PEM certificate"},
        {empty, good.key, empty + ": is empty"},
        {garbled, good.key, garbled + " cannot be read: "},
        {broken_chain, good.key, broken_chain + ": a certificate of its chain cannot be read"},
        {good.key, good.key, good.key + " has no PEM certificate"},
        {good.cert, text, text + " has no PEM private key"},
        {good.cert, good.cert, good.cert + " has no PEM private key"},
        {good.cert, encrypted, encrypted + " is protected by a passphrase"},
        {good.cert, files_->client.key,
         files_->client.key + " does not belong to the certificate in " + good.cert},
    };
    for (const auto& wrong : cases)
        EXPECT_THAT(failure_of([&] { server_context(settings_with({wrong.cert, wrong.key})); }),
                    HasSubstr(wrong.message));
    EXPECT_THAT(failure_of([&] { server_context(TlsServerSettings{}); }),
                HasSubstr("needs a certificate"));
}

TEST_F(Tls, SaysWhatIsWrongWithCaFiles) {
    const std::string text = write_file("no-ca.pem", "nothing\n");
    TlsServerSettings server = settings_with(files_->server);
    server.client_ca = text;
    EXPECT_THAT(failure_of([&] { server_context(server); }),
                HasSubstr("client CA file " + text + " has no PEM certificate"));
    server.client_ca = "/nonexistent/ca.pem";
    EXPECT_THAT(failure_of([&] { server_context(server); }),
                HasSubstr("client CA file /nonexistent/ca.pem: No such file"));
    EXPECT_THAT(failure_of([&] { TlsContext::client({.ca = text}); }),
                HasSubstr("CA file " + text + " has no PEM certificate"));
    EXPECT_THAT(failure_of([&] { TlsContext::client({.ca = "/nonexistent/ca.pem"}); }),
                HasSubstr("CA file /nonexistent/ca.pem: No such file"));
    EXPECT_THAT(
        failure_of([&] { TlsContext::client({.cert = files_->client.cert, .private_key = text}); }),
        HasSubstr("has no PEM private key"));
    EXPECT_NO_THROW(TlsContext::client({})) << "the system's store";
}

TEST_F(Tls, WarnsOfACertificateOutsideItsTime) {
    EXPECT_TRUE(server_context()->warnings().empty());
    const auto expired = server_context(settings_with(files_->expired));
    ASSERT_EQ(expired->warnings().size(), 1u);
    EXPECT_THAT(expired->warnings()[0], HasSubstr(files_->expired.cert + " expired on "));
    const test::CertificateAuthority ca(folder_->path(), "another-ca");
    const auto future = ca.issue({.name = "future", .starts = 24h, .ends = 48h});
    EXPECT_THAT(server_context(settings_with(future))->warnings().at(0),
                HasSubstr("is not valid before "));
}

TEST_F(Tls, AClientRefusesWhomItCannotVerify) {
    const auto system_store = TlsContext::client({});
    const struct {
        test::CertificateFiles shown;
        std::string host;
        std::string error;
    } cases[] = {
        {files_->server, "mail.example.org", ""},
        {files_->server, "MAIL.example.org.", ""},
        {files_->server, "localhost", ""},
        {files_->server, "127.0.0.1", ""},
        {files_->server, "::1", ""},
        {files_->server, "127.0.0.2", "certificate verify failed: IP address mismatch"},
        {files_->server, "example.org", "certificate verify failed: hostname mismatch"},
        {files_->wrong_name, "mail.example.org", "certificate verify failed: hostname mismatch"},
        {files_->expired, "mail.example.org", "certificate verify failed: certificate has expired"},
        {files_->unknown_ca, "mail.example.org",
         "certificate verify failed: unable to get local issuer certificate"},
        {files_->server, "", "there is no name to verify the peer's certificate against"},
    };
    for (const auto& it : cases) {
        StreamPair pair = stream_pair(io_);
        const Errors errors =
            handshake(pair, server_context(settings_with(it.shown)), client_context(), it.host);
        EXPECT_EQ(errors.client, it.error) << it.host;
    }
    StreamPair pair = stream_pair(io_);
    EXPECT_THAT(handshake(pair, server_context(), system_store).client,
                HasSubstr("certificate verify failed: "));
}

TEST_F(Tls, AllowInvalidCertsEncryptsAndTrustsNobody) {
    const auto careless = TlsContext::client({.allow_invalid_certs = true});
    for (const auto& shown : {files_->expired, files_->wrong_name, files_->unknown_ca}) {
        StreamPair pair = secured_pair(server_context(settings_with(shown)), careless);
        EXPECT_TRUE(pair.client.is_tls());
        EXPECT_EQ(pair.client.peer_subject(), "");
    }
    StreamPair nameless = secured_pair(server_context(), careless, "");
    EXPECT_EQ(nameless.server.server_name(), "");
}

TEST_F(Tls, AClientsCertificateIsAskedForAndVerified) {
    TlsServerSettings settings = settings_with(files_->server);
    settings.client_ca = files_->ca;
    const auto server = server_context(settings);

    const auto with = TlsContext::client(
        {.ca = files_->ca, .cert = files_->client.cert, .private_key = files_->client.key});
    EXPECT_EQ(secured_pair(server, with).server.peer_subject(), "CN=jane");
    EXPECT_EQ(secured_pair(server, client_context()).server.peer_subject(), "")
        << "asked for, not demanded";
    EXPECT_EQ(secured_pair(server_context(), with).server.peer_subject(), "") << "not asked for";

    const auto foreign = TlsContext::client(
        {.ca = files_->ca, .cert = files_->unknown_ca.cert, .private_key = files_->unknown_ca.key});
    StreamPair pair = stream_pair(io_);
    EXPECT_THAT(handshake(pair, server, foreign).server, HasSubstr("certificate verify failed: "));
}

// The common name of what a server presents to a client that sends this name and has these ciphers.
std::string presented(asio::io_context& io, const std::shared_ptr<const TlsContext>& server,
                      const std::string& name, const char* ciphers = nullptr) {
    const SslCtxPtr context = bare_context();
    if (ciphers != nullptr) {
        SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
        SSL_CTX_set_cipher_list(context.get(), ciphers);
    }
    std::string shown;
    against_bare_client(
        io, context,
        [&](SSL* ssl) {
            if (!name.empty()) SSL_set_tlsext_host_name(ssl, name.c_str());
            if (SSL_do_handshake(ssl) != 1) return;
            std::array<char, 100> text{};
            X509_NAME_get_text_by_NID(X509_get_subject_name(SSL_get0_peer_certificate(ssl)),
                                      NID_commonName, text.data(), text.size());
            shown = text.data();
        },
        [&](Stream& stream) -> Task<> { co_await words_of(stream.accept_tls(server)); });
    return shown;
}

TEST_F(Tls, TheCertificateIsChosenByServerName) {
    const test::CertificateAuthority ca(folder_->path(), "sni-ca");
    const auto first = ca.issue({.name = "first", .names = {"a.example.org", "b.example.org"}});
    const auto wild = ca.issue({.name = "wild", .names = {"*.example.net", "example.net"}});
    const auto exact = ca.issue({.name = "exact", .names = {"mx.example.net"}});
    const auto nameless = ca.issue({.name = "cn.example.com"});
    TlsServerSettings settings{
        .certificates = {present(first), present(wild, true), present(exact), present(nameless)}};
    const struct {
        const char* name;
        const char* shown;
    } cases[] = {
        {"a.example.org", "first"},
        {"B.Example.ORG", "first"},
        {"smtp.example.net", "wild"},
        {"example.net", "wild"},
        {"mx.example.net", "exact"},
        {"a.b.example.net",
         "wild"},  // a wildcard stands for one label, but this one is the default
        {"cn.example.com", "cn.example.com"},
        {"unknown.example", "wild"},
        {"localhost", "wild"},
        {"", "wild"},
    };
    const auto server = server_context(settings);
    for (const auto& it : cases)
        EXPECT_EQ(presented(io_, server, it.name), it.shown) << it.name;

    for (TlsFiles& files : settings.certificates)
        files.is_default = false;
    const auto undecided = server_context(settings);
    EXPECT_EQ(presented(io_, undecided, "unknown.example"), "first");
    EXPECT_EQ(presented(io_, undecided, "a.b.example.net"), "first");
}

TEST_F(Tls, TwoKindsOfKeysForOneNameServeOldAndNewClients) {
    const test::CertificateAuthority ca(folder_->path(), "two-kinds-ca");
    const auto ec = ca.issue({.name = "ec", .names = {"mail.example.org"}});
    const auto rsa = ca.issue({.name = "rsa", .names = {"mail.example.org"}, .rsa = true});
    const auto other = ca.issue({.name = "other", .names = {"other.example.org"}});
    const auto server =
        server_context({.certificates = {present(other, true), present(ec), present(rsa)}});
    EXPECT_EQ(presented(io_, server, "mail.example.org", "ECDHE-ECDSA-AES128-GCM-SHA256"), "ec");
    EXPECT_EQ(presented(io_, server, "mail.example.org", "ECDHE-RSA-AES128-GCM-SHA256"), "rsa");
    EXPECT_EQ(presented(io_, server, "", "ECDHE-RSA-AES128-GCM-SHA256"), "")
        << "a certificate that is not the default is shown to nobody who did not ask for it";
}

TEST_F(Tls, TheMinimumVersionHolds) {
    const struct {
        TlsVersion minimum;
        int offered;
        const char* agreed;  // empty: refused
    } cases[] = {
        {TlsVersion::tls1_0, TLS1_VERSION, "TLSv1"},     {TlsVersion::tls1_1, TLS1_VERSION, ""},
        {TlsVersion::tls1_1, TLS1_1_VERSION, "TLSv1.1"}, {TlsVersion::tls1_2, TLS1_1_VERSION, ""},
        {TlsVersion::tls1_2, TLS1_2_VERSION, "TLSv1.2"}, {TlsVersion::tls1_3, TLS1_2_VERSION, ""},
        {TlsVersion::tls1_3, TLS1_3_VERSION, "TLSv1.3"},
    };
    for (const auto& it : cases) {
        const SslCtxPtr context = bare_context();
        SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context.get(), it.offered);
        SSL_CTX_set_cipher_list(context.get(), "ALL:@SECLEVEL=0");
        TlsServerSettings settings = settings_with(files_->server);
        settings.min_version = it.minimum;
        std::string agreed;
        std::string error;
        against_bare_client(
            io_, context, [](SSL* ssl) { SSL_do_handshake(ssl); },
            [&](Stream& stream) -> Task<> {
                error = co_await words_of(stream.accept_tls(server_context(settings)));
                agreed = stream.tls_version();
            });
        if (*it.agreed == '\0') {
            EXPECT_EQ(error, "unsupported protocol");
        } else {
            EXPECT_EQ(error, "");
            EXPECT_EQ(agreed, it.agreed);
        }
    }
}

TEST_F(Tls, Tls12IsSpokenWithForwardSecrecyAndAeadOnly) {
    for (const char* weak : {"AES128-SHA", "AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA256",
                             "DHE-RSA-AES128-GCM-SHA256", "aNULL:@SECLEVEL=0"})
        EXPECT_EQ(presented(io_, server_context(), "", weak), "") << weak;
    EXPECT_EQ(presented(io_, server_context(), "", "ECDHE-ECDSA-AES128-GCM-SHA256"), "server");
}

}  // namespace
}  // namespace postern::net
