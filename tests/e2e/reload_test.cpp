// What SIGHUP can change, and what it leaves alone: docs/running.md.
#include <gtest/gtest.h>

#include "e2e/site.hpp"
#include "support/eventually.hpp"
#include "support/free_port.hpp"
#include "support/listening_sockets.hpp"

namespace postern::test {
namespace {

bool logs(const Gateway& gateway, const std::string& words) {
    return eventually([&] { return gateway.log().find(words) != std::string::npos; });
}

bool listens(std::uint16_t port) {
    try {
        return SmtpClient(port, std::chrono::seconds(5)).read_reply().code == 220;
    } catch (const std::exception&) {
        return false;
    }
}

void send_letter(SmtpClient& client, const std::string& subject) {
    EXPECT_EQ(client.command("MAIL FROM:<jane@example.org>").code, 250);
    EXPECT_EQ(client.command("RCPT TO:<bob@example.org>").code, 250);
    EXPECT_EQ(client.command("DATA").code, 354);
    client.send(on_the_wire(letter(subject)));
    EXPECT_EQ(client.read_reply().code, 250);
}

std::string with_another_listener() {
    return replaced(maildir_settings(), "[certificate.default]",
                    "[server.listener.another]\nbind = [\"127.0.0.1:${port:another}\"]\n"
                    "[certificate.default]");
}

TEST(ReloadOfListeners, OpensAndClosesThemAndKeepsTheirSessions) {
    Gateway gateway(maildir_settings());
    gateway.write_settings(with_another_listener());
    EXPECT_FALSE(listens(gateway.port("another")));
    gateway.reload();
    EXPECT_TRUE(eventually([&] { return listens(gateway.port("another")); })) << gateway.log();

    SmtpClient session(gateway.port("another"));
    session.start_tls();
    ASSERT_EQ(session.auth_plain("jane", jane_password).code, 235);
    gateway.write_settings(maildir_settings());
    gateway.reload();
    EXPECT_TRUE(eventually([&] { return !listens(gateway.port("another")); })) << gateway.log();
    send_letter(session, "the-listener-has-gone");
    EXPECT_TRUE(listens(gateway.port()));
}

TEST(ReloadOfListeners, ChangesWhatOneIsWithoutClosingItsSocket) {
    Gateway gateway(maildir_settings());
    auto before = gateway.client();
    before.greet();
    gateway.write_settings(replaced(maildir_settings(), "[server.listener.submission]",
                                    "[server.listener.renamed]\ntls.implicit = true"));
    gateway.reload();
    ASSERT_TRUE(logs(gateway, "config.reloaded"));
    auto after = gateway.client();
    after.handshake();
    after.greet();
    EXPECT_TRUE(logs(gateway, "listener=\"renamed\"")) << gateway.log();
    EXPECT_EQ(before.command("NOOP").code, 250);
    EXPECT_EQ(gateway.log().find("server.listening - - listener=\"renamed\""), std::string::npos)
        << gateway.log();
}

TEST(Reload, TakesAnotherNextHopAndAnotherDirectory) {
    Gateway gateway(maildir_settings());
    auto before = gateway.authenticated_client();
    auto settings = replaced(maildir_settings(), "${directory}/mail", "${directory}/other");
    settings = replaced(settings, "[directory.people]", "[directory.staff]");
    settings = replaced(settings, "'people'", "'staff'");
    for (int account = 0; account < 3; ++account)
        settings = replaced(settings, "[[directory.people.", "[[directory.staff.");
    gateway.write_settings(settings);
    gateway.reload();
    ASSERT_TRUE(logs(gateway, "config.reloaded")) << gateway.log();

    auto after = gateway.authenticated_client();
    send_letter(after, "to-the-new-one");
    send_letter(before, "to-the-old-one");
    const Maildir other(gateway.directory() / "other");
    EXPECT_NE(other.wait_for(1).at(0).find("to-the-new-one"), std::string::npos);
    EXPECT_NE(gateway.maildir().wait_for(1).at(0).find("to-the-old-one"), std::string::npos);
    EXPECT_TRUE(logs(gateway, "directory=\"staff\""));
}

// Each of them comes with another listener, which must not be there afterwards.
TEST(Reload, WithAMistakeChangesNothingAndSaysSo) {
    const auto port = free_port();
    const ListeningSockets of_somebody_else({port});
    struct Case {
        std::string settings, says;
    };
    const Case cases[] = {
        {replaced(with_another_listener(), "\"${cert}\"", "\"${directory}/nowhere.pem\""),
         "nowhere.pem"},
        {with_another_listener() + "[directory.more]\ntype = \"phonebook\"\n", "phonebook"},
        {with_another_listener() + "[next-hop.more]\ntype = \"pigeon\"\n", "pigeon"},
        {replaced(
             with_another_listener(), "bind = [\"127.0.0.1:${port:another}\"]",
             "bind = [\"127.0.0.1:${port:another}\", \"127.0.0.1:" + std::to_string(port) + "\"]"),
         "cannot listen on 127.0.0.1:" + std::to_string(port)},
        {replaced(with_another_listener(), "${port:another}", "${port:submission}"),
         "has 127.0.0.1:"},
        {replaced(with_another_listener(), "[server.listener.another]",
                  "[server.listener.another]\nproxy-protocol.from = [\"nobody\"]"),
         "\\x22nobody\\x22 is no network"},
        {replaced(with_another_listener(), "[server.listener.another]",
                  "[server.listener.another]\nproxy-protocol.tls = true"),
         "whose word on TLS could be believed"},
    };
    Gateway gateway(maildir_settings());
    for (const auto& each : cases) {
        SCOPED_TRACE(each.says);
        auto open = gateway.authenticated_client();
        gateway.write_settings(each.settings);
        gateway.reload();
        EXPECT_TRUE(logs(gateway, each.says)) << gateway.log();
        EXPECT_FALSE(listens(gateway.port("another")));
        EXPECT_TRUE(listens(gateway.port()));
        send_letter(open, "undisturbed");
        auto next = gateway.authenticated_client();
        send_letter(next, "undisturbed");
    }
    EXPECT_EQ(gateway.log().find("config.reloaded"), std::string::npos);
    gateway.write_settings(with_another_listener());
    gateway.reload();
    EXPECT_TRUE(eventually([&] { return listens(gateway.port("another")); })) << gateway.log();
}

TEST(Reload, NamesWhatWaitsForTheNextStart) {
    Gateway gateway(maildir_settings());
    gateway.write_settings(
        replaced(maildir_settings(), "[server]\n", "[server]\nworkers = 3\nhash.threads = 3\n"));
    gateway.reload();
    EXPECT_TRUE(logs(gateway, "setting=\"server.workers\" why=\"its new value"));
    EXPECT_TRUE(logs(gateway, "setting=\"server.hash\" why=\"its new value"));
    EXPECT_TRUE(logs(gateway, "config.reloaded"));
}

}  // namespace
}  // namespace postern::test
