// Every message that a client was told 250 for is there, whatever happens to the gateway meanwhile.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <memory>

#include "e2e/site.hpp"
#include "support/eventually.hpp"
#include "support/free_port.hpp"
#include "support/haproxy.hpp"
#include "support/listening_sockets.hpp"
#include "support/senders.hpp"

namespace postern::test {
namespace {

constexpr std::size_t senders = 8;

// What is tried here has nothing to do with TLS, which would cost most of the time.
std::string in_the_clear() {
    return replaced(replaced(maildir_settings(), "is_tls", "true"), "require = true",
                    "require = true\nallow-plain-text = true");
}

std::size_t count_of(const std::string& word, const std::string& text) {
    std::size_t count = 0;
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
        ++count;
    return count;
}

void expect_no_connection_lost(const Told& told) {
    EXPECT_EQ(told.in_doubt.size(), 0U);
    EXPECT_EQ(told.broken, 0U);
    EXPECT_EQ(told.refused, 0U);
}

TEST(NoMessageIsLost, ByAHundredReloads) {
    const auto settings = replaced(in_the_clear(), "level = \"debug\"", "level = \"info\"");
    const auto other = replaced(settings, "[certificate.default]",
                                "[server.listener.more]\nbind = [\"127.0.0.1:${port:more}\"]\n"
                                "[certificate.default]");
    Gateway gateway(settings);
    Senders load(gateway.port(), senders);
    ASSERT_TRUE(load.wait_for(senders));
    for (std::size_t reloads = 1; reloads <= 100; ++reloads) {
        gateway.write_settings(reloads % 2 == 0 ? settings : other);
        gateway.reload();
        ASSERT_TRUE(eventually([&] {
            return count_of("config.reloaded", gateway.log()) == reloads;
        })) << gateway.log();
    }
    ASSERT_TRUE(load.wait_for(senders));
    const auto told = load.stop();
    expect_none_lost(told, gateway.maildir(), "a hundred reloads");
    expect_no_connection_lost(told);
    EXPECT_EQ(told.sent_away, 0U);
}

// Two gateways with one maildir behind them, and a HAProxy before them.
struct Pair {
    std::string settings() const {
        return replaced(replaced(in_the_clear(), "${directory}/mail", "${mail}"),
                        "[server.listener.submissions]",
                        fmt::format("proxy-protocol.from = [\"{}\"]\n[server.listener.submissions]",
                                    Haproxy::address));
    }
    std::unique_ptr<Gateway> gateway() const {
        return std::make_unique<Gateway>(
            settings(), Installation::Values{{"mail", (mail.path() / "mail").string()}});
    }
    std::string server(const char* name, const Gateway& gateway) const {
        return fmt::format(
            "    server {} 127.0.0.1:{} source {} send-proxy-v2 check "
            "check-send-proxy inter 50ms fall 1 rise 1\n",
            name, gateway.port(), Haproxy::address);
    }

    TemporaryDirectory mail;
    std::unique_ptr<Gateway> first = gateway(), second = gateway();
    std::uint16_t port = free_port();
    Haproxy haproxy{
        fmt::format("listen mail\n    bind 127.0.0.1:{}\n    balance roundrobin\n"
                    "    option smtpchk EHLO check.example\n{}{}",
                    port, server("a", *first), server("b", *second))};
};

bool answers(std::uint16_t port) {
    try {
        return SmtpClient(port).read_reply().code == 220;
    } catch (const std::exception&) {
        return false;
    }
}

TEST(NoMessageIsLost, ByTheDeathOfOneOfTwoGateways) {
    Pair pair;
    ASSERT_TRUE(eventually([&] { return answers(pair.port); })) << pair.haproxy.log();
    Senders load(pair.port, senders);
    ASSERT_TRUE(load.wait_for(500));
    pair.first->kill();
    EXPECT_TRUE(load.wait_for(500)) << "the other one goes on";
    const auto told = load.stop();
    expect_none_lost(told, Maildir(pair.mail.path() / "mail"), "kill -9 of one of two gateways");
    EXPECT_LE(told.in_doubt.size(), senders);
    EXPECT_LE(told.broken, senders) << "those that the dead one had";
}

struct Rolling {
    Command serve() const { return installation.command_line({"serve"}); }

    // Each process is followed by the next one, `rounds` times.
    template <class Start>
    void restart(const Start& start, std::size_t rounds, Senders& load,
                 std::unique_ptr<Process>& current) {
        for (std::size_t round = 0; round < rounds; ++round) {
            const auto begun = count_of("server.started", log());
            auto next = start();
            ASSERT_TRUE(eventually([&] { return count_of("server.started", log()) > begun; }));
            current->signal(SIGTERM);
            ASSERT_TRUE(load.wait_for(200)) << log();
            EXPECT_EQ(current->wait(Process::Seconds(20)), 0) << log();
            current = std::move(next);
        }
    }
    std::string log() const { return read_file(installation.directory() / "log"); }
    Maildir maildir() const { return Maildir(installation.directory() / "mail"); }

    Installation installation{in_the_clear()};
};

std::unique_ptr<Process> started(const Command& command, const Rolling& rolling) {
    auto process = std::make_unique<Process>(command);
    eventually([&] {
        return std::filesystem::exists(rolling.installation.directory() / "log") &&
               count_of("server.started", rolling.log()) > 0;
    });
    return process;
}

TEST(NoMessageIsLost, ByARollingRestartWithSocketsThatOutliveTheProcess) {
    Rolling rolling;
    const ListeningSockets sockets(
        {rolling.installation.port(), rolling.installation.port("submissions")});
    const auto command = sockets.given_to(rolling.serve());
    auto current = started(command, rolling);
    Senders load(rolling.installation.port(), senders);
    ASSERT_TRUE(load.wait_for(200));
    rolling.restart([&] { return std::make_unique<Process>(command); }, 3, load, current);
    const auto told = load.stop();
    EXPECT_EQ(current->stop(), 0) << rolling.log();
    expect_none_lost(told, rolling.maildir(), "rolling restart, sockets held open");
    expect_no_connection_lost(told);
}

TEST(NoMessageIsLost, BetweenTwoProcessesThatAreNeverThereAtTheSameTime) {
    Rolling rolling;
    const ListeningSockets sockets({rolling.installation.port()});
    const auto command = sockets.given_to(rolling.serve());
    auto current = started(command, rolling);
    Senders load(rolling.installation.port(), senders);
    ASSERT_TRUE(load.wait_for(200));
    EXPECT_EQ(current->stop(), 0) << rolling.log();
    current = std::make_unique<Process>(command);
    ASSERT_TRUE(load.wait_for(200)) << rolling.log();
    const auto told = load.stop();
    EXPECT_EQ(current->stop(), 0) << rolling.log();
    expect_none_lost(told, rolling.maildir(), "one process after the other");
    expect_no_connection_lost(told);
}

TEST(NoMessageIsLost, ByARollingRestartSideBySide) {
    Rolling rolling;
    const auto command = rolling.serve();
    auto current = started(command, rolling);
    Senders load(rolling.installation.port(), senders);
    ASSERT_TRUE(load.wait_for(200));
    rolling.restart([&] { return std::make_unique<Process>(command); }, 3, load, current);
    const auto told = load.stop();
    EXPECT_EQ(current->stop(), 0) << rolling.log();
    expect_none_lost(told, rolling.maildir(), "rolling restart, side by side");
    EXPECT_EQ(told.in_doubt.size(), 0U);
}

}  // namespace
}  // namespace postern::test
