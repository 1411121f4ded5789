#include <gtest/gtest.h>

#include <chrono>

#include "support/certificates.hpp"
#include "support/session_host.hpp"
#include "support/smtp_client.hpp"
#include "support/temporary_directory.hpp"

namespace postern::session {
namespace {

using test::SessionHost;
using test::SmtpClient;

class StartTls : public testing::Test {
 protected:
    Listener listener(bool implicit = false) {
        const auto files = test::write_test_certificates(folder_.path()).server;
        return {"submission", implicit,
                net::TlsContext::server(
                    {.certificates = {{.cert = files.cert, .private_key = files.key}}}, nullptr)};
    }

    test::TemporaryDirectory folder_;
};

// RFC 3207 4.2. Somebody on the way who logs in as himself must not become the sender of what the
// client says behind the handshake.
TEST_F(StartTls, ForgetsWhoAuthenticatedInTheClear) {
    for (const char* require : {"true", "false"}) {
        SCOPED_TRACE(require);
        SessionHost host(std::string("session.auth.allow-plain-text = true\n") +
                             "session.auth.require = " + require +
                             "\nsession.rcpt.local-domains = [\"example.net\"]\n",
                         SessionHost::knows_jane, listener());
        SmtpClient client(host.port());
        client.greet();
        EXPECT_EQ(client.auth_plain("jane", "secret").code, 235);
        EXPECT_EQ(client.command("STARTTLS").code, 220);
        client.handshake();
        EXPECT_TRUE(client.command("EHLO x").has("AUTH PLAIN LOGIN"));
        if (std::string(require) == "true") {
            EXPECT_EQ(client.command("MAIL FROM:<jane@example.org>").code, 530);
        } else {
            EXPECT_EQ(client.command("MAIL FROM:<jane@example.org>").code, 250);
            EXPECT_EQ(client.command("RCPT TO:<bob@elsewhere.example>").code, 550);
            EXPECT_EQ(client.command("RCPT TO:<bob@example.net>").code, 250);
            EXPECT_EQ(host.next_hop().count("OPEN "), 1U) << "for nobody";
            EXPECT_EQ(client.command("RSET").code, 250);
        }
        EXPECT_EQ(client.auth_plain("jane", "secret").code, 235);
        EXPECT_EQ(client.command("MAIL FROM:<jane@example.org>").code, 250);
    }
}

TEST_F(StartTls, AClientThatIsSilentInTheHandshakeIsGoneWhenItsTimeIsOver) {
    SessionHost host("session.limits.handshake = \"1s\"\n", SessionHost::knows_jane,
                     listener(true));
    const auto begun = std::chrono::steady_clock::now();
    SmtpClient client(host.port());
    EXPECT_TRUE(client.is_closed());
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(2500));
}

}  // namespace
}  // namespace postern::session
