// Sessions behind a balancer: who the client is comes from the PROXY header, and from nobody else.
#include <gtest/gtest.h>

#include "net/proxy_octets.hpp"
#include "support/eventually.hpp"
#include "support/session_host.hpp"
#include "support/smtp_client.hpp"

namespace postern::session {
namespace {

using namespace net;
using test::eventually;
using test::SessionHost;
using test::SmtpClient;

const std::string told = "PROXY TCP4 192.0.2.1 198.51.100.1 56324 587\r\n";
const std::string nobody = version_2(for_itself, unspecified, "");

Listener behind_a_balancer(bool ends_tls = false) {
    return {.name = "submission",
            .proxies = {*expr::IpNetwork::parse("127.0.0.0/8")},
            .proxies_end_tls = ends_tls};
}

struct Site {
    explicit Site(const std::string& settings, bool ends_tls = false)
        : host(settings, SessionHost::knows_jane, behind_a_balancer(ends_tls)) {}

    SmtpClient client(const std::string& header) {
        SmtpClient result(host.port());
        result.send(header);
        return result;
    }
    SmtpClient greeted(const std::string& header) {
        auto result = client(header);
        result.greet();
        return result;
    }
    bool logs(const std::string& words) {
        return eventually([&] { return host.log().find(words) != std::string::npos; });
    }

    SessionHost host;
};

TEST(Proxy, TellsWhoTheClientIs) {
    struct Case {
        std::string header, address;
    };
    const Case cases[] = {
        {told, "192.0.2.1"},
        {version_2(proxied, tcp4, ipv4_ends), "192.0.2.1"},
        {version_2(proxied, tcp6, ipv6_ends), "2001:db8::1"},
        {"PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n", "192.0.2.1"},
    };
    for (const auto& each : cases) {
        SCOPED_TRACE(each.address);
        Site site("session.auth.network-principal = \"if_then(remote_ip == '" + each.address +
                  "', 'printer', '')\"\n");
        auto client = site.greeted(each.header);
        EXPECT_EQ(client.command("MAIL FROM:<printer@example.org>").code, 250);
        EXPECT_TRUE(site.logs(" " + each.address + " login=\"printer\"")) << site.host.log();
    }
}

TEST(Proxy, TellsWhatTheClientConnectedTo) {
    Site site(
        "session.auth.allow-plain-text = \"local_ip == '198.51.100.1' && local_port == 587 && "
        "remote_port == 56324\"\n");
    EXPECT_EQ(site.greeted(told).auth_plain("jane", "secret").code, 235);
}

TEST(Proxy, GivesNothingToWhomItDoesNotName) {
    // Each of these gives a right to the address that the balancer has.
    Site site(
        "session.auth.network-principal = \"'printer'\"\n"
        "session.auth.require = \"remote_ip != '127.0.0.1'\"\n"
        "session.rcpt.relay = true\n"
        "session.auth.allow-plain-text = \"is_ip_in_cidr(remote_ip, '127.0.0.0/8')\"\n"
        "session.auth.mechanisms = [\"plain\"]\n");
    for (const auto& header :
         {nobody, "PROXY UNKNOWN\r\n"s, "PROXY TCP4 127.0.0.1 198.51.100.1 1 587\r\n"s,
          version_2(proxied, unspecified, ""),
          version_2(proxied, unix_stream, std::string(216, 'x'))}) {
        auto client = site.greeted(header);
        EXPECT_EQ(client.command("MAIL FROM:<printer@example.org>").code, 530);
        EXPECT_EQ(client.auth_plain("jane", "secret").code, 502);
        EXPECT_EQ(client.command("NOOP").code, 250);
        EXPECT_EQ(client.command("QUIT").code, 221);
    }
    EXPECT_TRUE(site.logs("session.closed"));
    EXPECT_EQ(site.host.log().find(" 127.0.0.1 "), std::string::npos)
        << "who bans addresses of the log would ban the balancer";
    EXPECT_EQ(site.host.next_hop().heard().size(), 0U);
}

TEST(Proxy, ANamelessClientIsCountedEvenWhereItsBalancerIsTrusted) {
    Site site(
        "session.auth.allow-plain-text = true\nsession.auth.errors.wait = \"1ms\"\n"
        "[session.auth.limits]\nnetwork = 1\ntrusted = [\"127.0.0.1\", \"192.0.2.0/24\"]\n");
    EXPECT_EQ(site.greeted(told).auth_plain("jane", "wrong").code, 535);
    EXPECT_EQ(site.greeted(told).auth_plain("jane", "wrong").code, 535) << "trusted";
    EXPECT_EQ(site.greeted(nobody).auth_plain("jane", "wrong").code, 535);
    EXPECT_EQ(site.greeted(nobody).auth_plain("jane", "wrong").code, 454) << "counted";
}

TEST(Proxy, ConnectionsAreCountedByTheToldNetwork) {
    Site site("session.limits.connections-per-network = 1\n");
    auto first = site.greeted(told);
    EXPECT_EQ(site.client(told).read_reply().text(),
              "421 4.7.0 Too many connections, try again later");
    auto other = site.greeted("PROXY TCP4 203.0.113.9 198.51.100.1 1 587\r\n");
    auto balancer = site.greeted(nobody);
    EXPECT_EQ(site.client(nobody).read_reply().code, 421);
    EXPECT_TRUE(site.logs("session.refused") && site.logs("network=\"192.0.2.1\""));
}

TEST(Proxy, IsRequiredFromABalancer) {
    Site site("");
    for (const auto& says : {"EHLO x\r\n"s, "PROXY TCP4 nonsense\r\n"s, "\x16\x03\x01"s,
                             version_2(proxied, tcp4, "short")}) {
        auto client = site.client(says);
        EXPECT_EQ(client.read_reply().text(),
                  "421 4.7.0 A PROXY header is expected from this address");
        EXPECT_TRUE(client.is_closed());
    }
    EXPECT_TRUE(site.logs("session.proxy-failed") && site.logs("why=\"no PROXY header\""));
}

TEST(Proxy, IsRequiredWithinFiveSeconds) {
    Site site("");
    const auto begun = std::chrono::steady_clock::now();
    auto silent = site.client("");
    auto slow = site.client("PROXY TCP4");
    EXPECT_EQ(silent.read_reply().code, 421);
    EXPECT_EQ(slow.read_reply().code, 421);
    const auto waited = std::chrono::steady_clock::now() - begun;
    EXPECT_GE(waited, std::chrono::milliseconds(4900));
    EXPECT_LT(waited, std::chrono::seconds(8));
    EXPECT_TRUE(site.logs("why=\"it did not come in time\""));
}

TEST(Proxy, WhoOnlyLooksWhetherThePortIsOpenIsNotWorthALine) {
    Site site("");
    {
        SmtpClient look(site.host.port());
    }
    site.greeted(told);
    EXPECT_TRUE(eventually([&] { return site.host.sessions() == 0; }));
    EXPECT_EQ(site.host.log().find("session.proxy-failed"), std::string::npos) << site.host.log();
}

TEST(Proxy, IsNoCommandFromAnybodyElse) {
    SessionHost host;
    for (const auto& header : {told, "PROXY UNKNOWN\r\n"s, nobody}) {
        SmtpClient client(host.port());
        EXPECT_EQ(client.read_reply().code, 220);
        client.send(header + "EHLO x\r\n");
        auto reply = client.read_reply();
        for (int line = 0; line < 2 && header == nobody; ++line) {
            EXPECT_TRUE(reply.text().starts_with("500 5.5.2")) << reply.text();
            reply = client.read_reply();
        }
        EXPECT_EQ(reply.text(), "500 5.5.2 Command not recognized");
        EXPECT_TRUE(client.is_closed());
    }
    EXPECT_TRUE(
        eventually([&] { return host.log().find("session.proxy-refused") != std::string::npos; }));
}

TEST(Proxy, ASecondHeaderIsNotBelieved) {
    Site site("");
    auto client = site.client(told);
    EXPECT_EQ(client.read_reply().code, 220);
    EXPECT_EQ(client.command("PROXY TCP4 203.0.113.9 198.51.100.1 1 587").code, 500);
    EXPECT_TRUE(client.is_closed());
    EXPECT_TRUE(site.logs("balancer=\"127.0.0.1\""));
}

TEST(Proxy, TheGreetingWaitsBehindItAndWhoSpeaksFirstIsStillNoMailClient) {
    Site site("session.greeting-delay = \"300ms\"\n");
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_EQ(site.client(told).read_reply().code, 220);
    EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(300));
    auto early = site.client(told + "EHLO bot\r\n");
    EXPECT_EQ(early.read_reply().code, 554);
    EXPECT_TRUE(early.is_closed());
}

TEST(Proxy, TlsThatEndedAtTheBalancerCountsOnlyWhereTheListenerSaysSo) {
    const auto header =
        version_2(proxied, tcp4, ipv4_ends + tls_extension("TLSv1.3", "TLS_AES_256_GCM_SHA384"));
    for (const bool ends_tls : {true, false}) {
        Site site("", ends_tls);
        auto client = site.greeted(header);
        const auto reply = client.auth_plain("jane", "secret");
        EXPECT_EQ(reply.code, ends_tls ? 235 : 502) << reply.text();
        if (!ends_tls) continue;
        EXPECT_EQ(client.command("MAIL FROM:<jane@example.org>").code, 250);
        EXPECT_EQ(client.command("RCPT TO:<bob@example.net>").code, 250);
        EXPECT_EQ(client.command("DATA").code, 354);
        EXPECT_EQ(client.command("From: jane@example.org\r\n\r\n.").code, 250);
        const auto message = site.host.next_hop().messages().at(0);
        EXPECT_NE(message.find("[192.0.2.1]"), std::string::npos) << message;
        EXPECT_NE(message.find("ESMTPSA"), std::string::npos) << message;
    }
}

TEST(Proxy, ACutEndsTheWaitForAHeader) {
    Site site("");
    auto silent = site.client("");
    EXPECT_TRUE(eventually([&] { return site.host.sessions() == 1; }));
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_TRUE(eventually([&] {
        site.host.cut();
        return site.host.sessions() == 0;
    }));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(3));
    EXPECT_TRUE(silent.is_closed());
}

}  // namespace
}  // namespace postern::session
