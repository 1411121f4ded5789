// Behind a real HAProxy: docs/proxy-protocol.md, as it is written there.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>

#include "e2e/site.hpp"
#include "support/eventually.hpp"
#include "support/free_port.hpp"
#include "support/haproxy.hpp"

namespace postern::test {
namespace {

std::string settings() {
    const auto from = fmt::format("proxy-protocol.from = [\"{}\"]\n", Haproxy::address);
    auto all = replaced(maildir_settings(), "[server.listener.submissions]\n",
                        from + "[server.listener.submissions]\n" + from);
    return replaced(all, "[certificate.default]",
                    "[server.listener.offloaded]\nbind = [\"127.0.0.1:${port:offloaded}\"]\n" +
                        from + "proxy-protocol.tls = true\n[certificate.default]");
}

// `options` for the server, for example "send-proxy".
std::string section(std::uint16_t port, const std::string& of_bind, std::uint16_t to,
                    const std::string& options, const std::string& more = "") {
    return fmt::format(
        "listen at-{0}\n    bind 127.0.0.1:{0} {1}\n    {5}\n"
        "    server gateway 127.0.0.1:{2} source {3} {4}\n",
        port, of_bind, to, Haproxy::address, options, more);
}

struct Site {
    SmtpClient client(std::uint16_t at) {
        std::optional<SmtpClient> result;
        EXPECT_TRUE(eventually([&] {
            try {
                result.emplace(at);
            } catch (const std::system_error&) {
            }
            return result.has_value();
        })) << haproxy->log();
        return std::move(*result);
    }
    bool logs(const std::string& words) {
        return eventually([&] { return gateway.log().find(words) != std::string::npos; });
    }

    Gateway gateway{settings()};
    std::uint16_t port = free_port();
    std::optional<Haproxy> haproxy{};
};

void send_letter(SmtpClient& client, const std::string& subject) {
    ASSERT_EQ(client.auth_plain("jane", jane_password).code, 235);
    ASSERT_EQ(client.command("MAIL FROM:<jane@example.org>").code, 250);
    ASSERT_EQ(client.command("RCPT TO:<bob@example.org>").code, 250);
    ASSERT_EQ(client.command("DATA").code, 354);
    client.send(on_the_wire(letter(subject)));
    ASSERT_EQ(client.read_reply().code, 250);
    EXPECT_EQ(client.command("QUIT").code, 221);
}

// HAProxy tells the client's address, 127.0.0.1; its own connections come from another one.
constexpr auto told = " 127.0.0.1 listener=";

class BehindHaproxy : public ::testing::TestWithParam<const char*> {};

TEST_P(BehindHaproxy, ASessionHasTheClientsAddress) {
    Site site;
    site.haproxy.emplace(section(site.port, "", site.gateway.port(), GetParam()));
    auto client = site.client(site.port);
    client.start_tls();
    send_letter(client, "through-haproxy");
    const auto message = site.gateway.maildir().wait_for_message_with("through-haproxy");
    EXPECT_NE(message.find("[127.0.0.1]"), std::string::npos) << message;
    EXPECT_EQ(message.find(Haproxy::address), std::string::npos) << message;
    EXPECT_TRUE(site.logs(std::string(told) + "\"submission\" balancer=\"127.0.0.9\""))
        << site.gateway.log();
}

TEST_P(BehindHaproxy, TheHeaderComesBeforeImplicitTls) {
    Site site;
    site.haproxy.emplace(section(site.port, "", site.gateway.port("submissions"), GetParam()));
    auto client = site.client(site.port);
    client.handshake();
    client.greet();
    send_letter(client, "implicit-tls");
    EXPECT_TRUE(site.logs(std::string(told) + "\"submissions\" balancer=\"127.0.0.9\""))
        << site.gateway.log();
}

// What is asked for by `option smtpchk` and by a bare connection; of neither the log complains.
TEST_P(BehindHaproxy, ItsHealthChecksWork) {
    for (const auto* check : {"option smtpchk EHLO check.example", "option tcp-check"}) {
        Site site;
        site.haproxy.emplace(section(
            site.port, "", site.gateway.port(),
            std::string(GetParam()) + " check check-send-proxy inter 50ms fall 1 rise 1", check));
        EXPECT_TRUE(site.logs(" - listener=\"submission\" balancer=\"127.0.0.9\""))
            << check << site.haproxy->log() << site.gateway.log();
        auto client = site.client(site.port);
        client.start_tls();
        send_letter(client, "checked");
        EXPECT_EQ(site.haproxy->log().find("DOWN"), std::string::npos) << site.haproxy->log();
        EXPECT_EQ(site.gateway.log().find("session.proxy-"), std::string::npos)
            << site.gateway.log();
    }
}

INSTANTIATE_TEST_SUITE_P(Version, BehindHaproxy, ::testing::Values("send-proxy", "send-proxy-v2"),
                         [](const auto& info) {
                             return std::string(info.param).ends_with("v2") ? "2" : "1";
                         });

TEST(Haproxy, MayEndTls) {
    Site site;
    const auto pem = site.gateway.directory() / "both.pem";
    write_file(pem, read_file(site.gateway.directory() / "cert.pem") +
                        read_file(site.gateway.directory() / "key.pem"));
    const auto in_the_clear = free_port();
    const auto to = site.gateway.port("offloaded");
    site.haproxy.emplace(section(site.port, "ssl crt " + pem.string(), to,
                                 "send-proxy-v2-ssl proxy-v2-options ssl-cipher,authority,crc32c") +
                         section(in_the_clear, "", to, "send-proxy-v2-ssl"));

    auto client = site.client(site.port);
    client.handshake();
    client.greet();
    EXPECT_EQ(client.command("STARTTLS").code, 503) << "it has been";
    send_letter(client, "offloaded");
    const auto message = site.gateway.maildir().wait_for_message_with("offloaded");
    EXPECT_NE(message.find("ESMTPSA"), std::string::npos) << message;

    auto other = site.client(in_the_clear);
    other.greet();
    EXPECT_NE(other.auth_plain("jane", jane_password).code, 235) << "nobody spoke of TLS";
}

TEST(Haproxy, ThatIsNotKnownIsToldSo) {
    Site site;
    site.haproxy.emplace(fmt::format(
        "listen unknown\n    bind 127.0.0.1:{}\n    server gateway 127.0.0.1:{} send-proxy\n",
        site.port, site.gateway.port()));
    auto client = site.client(site.port);
    EXPECT_EQ(client.read_reply().code, 220);
    EXPECT_EQ(client.read_reply().code, 500);
    EXPECT_TRUE(client.is_closed());
    EXPECT_TRUE(site.logs("session.proxy-refused"));
}

}  // namespace
}  // namespace postern::test
