// Reload and drain, as an operator does them.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "e2e/site.hpp"
#include "support/eventually.hpp"

namespace postern::test {
namespace {

std::string fingerprint_now(Gateway& gateway) {
    return gateway.tls_client().certificate_fingerprint();
}

// A listening socket that shares its port with nobody.
int listen_at(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd, 1), 0);
    return fd;
}

void begin_message(SmtpClient& client) {
    ASSERT_EQ(client.command("MAIL FROM:<jane@example.org>").code, 250);
    ASSERT_EQ(client.command("RCPT TO:<bob@example.org>").code, 250);
    ASSERT_EQ(client.command("DATA").code, 354);
}

TEST(Reload, ShowsANewCertificateToNewConnectionsAndKeepsTheOpenOnes) {
    Gateway gateway(maildir_settings());
    auto open = gateway.authenticated_client();
    const auto before = gateway.certificate_fingerprint();
    EXPECT_EQ(open.certificate_fingerprint(), before);

    gateway.renew_certificate();
    const auto after = gateway.certificate_fingerprint();
    ASSERT_NE(before, after);
    EXPECT_EQ(fingerprint_now(gateway), before) << "nobody asked for a reload yet";

    gateway.reload();
    EXPECT_TRUE(eventually([&] { return fingerprint_now(gateway) == after; })) << gateway.log();
    begin_message(open);
    open.send(on_the_wire(letter("over-a-reload")));
    EXPECT_EQ(open.read_reply().code, 250);
}

TEST(Reload, TakesNewAccounts) {
    Gateway gateway(maildir_settings());
    EXPECT_EQ(gateway.tls_client().auth_plain("new", "comer").code, 535);
    gateway.write_settings(maildir_settings() +
                           "[[directory.people.principals]]\nname = \"new\"\nsecret = \"comer\"\n"
                           "email = [\"new@example.org\"]\n");
    gateway.reload();
    EXPECT_TRUE(eventually([&] {
        return gateway.tls_client().auth_plain("new", "comer").code == 235;
    })) << gateway.log();
}

TEST(Reload, WithWrongSettingsChangesNothing) {
    Gateway gateway(maildir_settings());
    gateway.write_settings(maildir_settings() + "\n[sesion]\n");
    gateway.reload();
    EXPECT_TRUE(eventually([&] { return gateway.log().find("sesion") != std::string::npos; }))
        << gateway.log();
    auto client = gateway.authenticated_client();
    begin_message(client);
    client.send(on_the_wire(letter("after-a-bad-reload")));
    EXPECT_EQ(client.read_reply().code, 250);
}

TEST(Drain, LetsATransactionFinishAndSendsTheIdleHome) {
    Gateway gateway(maildir_settings());
    auto busy = gateway.authenticated_client();
    auto idle = gateway.authenticated_client();
    begin_message(busy);
    busy.send("From: jane@example.org\r\n");

    gateway.drain();
    EXPECT_TRUE(eventually([&] {
        try {
            auto late = SmtpClient(gateway.port(), std::chrono::seconds(1));
            return late.read_reply().code == 421;
        } catch (const std::exception&) {
            return true;  // nobody listens any more
        }
    }));
    const auto farewell = idle.command("NOOP");
    EXPECT_TRUE(farewell.text().starts_with("421 4.3.2")) << farewell.text();
    EXPECT_TRUE(idle.is_closed());

    busy.send("Subject: drained\r\n\r\nHello\r\n.\r\n");
    EXPECT_EQ(busy.read_reply().code, 250);
    EXPECT_EQ(gateway.maildir().wait_for(1).size(), 1u);
    const auto last = busy.command("MAIL FROM:<jane@example.org>");
    EXPECT_TRUE(last.text().starts_with("421 4.3.2")) << last.text();
    EXPECT_TRUE(busy.is_closed());
    EXPECT_EQ(gateway.process().wait(std::chrono::seconds(10)), 0) << gateway.log();
}

TEST(Drain, EndsAtOnceWithoutSessions) {
    Gateway gateway(maildir_settings());
    gateway.drain();
    EXPECT_EQ(gateway.process().wait(std::chrono::seconds(5)), 0) << gateway.log();
}

// With and without TLS the end of the stream is the end of the session, also when a next hop's
// connection is still open from a transaction.
TEST(Leaving, WithoutQuitEndsTheSession) {
    const auto settings = replaced(replaced(maildir_settings(), "is_tls", "true"), "require = true",
                                   "require = true\nallow-plain-text = true");
    Gateway gateway(settings);
    for (const bool tls : {false, true}) {
        auto client = gateway.client();
        if (tls) {
            client.start_tls();
        } else {
            client.greet();
        }
        ASSERT_EQ(client.auth_plain("jane", jane_password).code, 235);
        begin_message(client);
        client.send(on_the_wire(letter("left")));
        ASSERT_EQ(client.read_reply().code, 250);
    }
    gateway.drain();
    EXPECT_EQ(gateway.process().wait(std::chrono::seconds(5)), 0) << gateway.log();
}

TEST(Kill, InventsNoMessage) {
    Gateway gateway(maildir_settings());
    auto client = gateway.authenticated_client();
    begin_message(client);
    client.send("From: jane@example.org\r\nSubject: half\r\n\r\nThis is not the e");
    gateway.kill();
    EXPECT_TRUE(client.is_closed());
    EXPECT_TRUE(gateway.maildir().files().empty());
}

TEST(Start, FailsWhenThePortIsSomebodyElses) {
    Installation installation(maildir_settings());
    const auto occupier = listen_at(installation.port());
    const auto serve = installation.command({"serve"});
    ::close(occupier);
    EXPECT_NE(serve.status, 0);
    EXPECT_NE((serve.output + serve.errors).find(std::to_string(installation.port())),
              std::string::npos)
        << serve.output << serve.errors;
}

}  // namespace
}  // namespace postern::test
