// Every message that a client was told 250 for is there, whatever happens to the gateway meanwhile.
#include <gtest/gtest.h>
#include <signal.h>

#include <memory>

#include "e2e/under_load.hpp"
#include "support/eventually.hpp"
#include "support/free_port.hpp"
#include "support/haproxy.hpp"
#include "support/listening_sockets.hpp"

namespace postern::test {
namespace {

constexpr std::size_t reloads = 100, deaths = 4, restarts = 3;
constexpr std::size_t a_while = 200;  // messages

class NoMessageIsLost : public ::testing::TestWithParam<Behind> {
 protected:
    void expect_all_there(const Told& told, const std::string& what) const {
        expect_none_lost(told, hop.arrived(), what + ", " + to_string(GetParam()));
    }

    CountedNextHop hop{GetParam()};
};

TEST_P(NoMessageIsLost, ByAHundredReloads) {
    const auto settings = hop.settings();
    const auto other = replaced(settings, "[certificate.default]",
                                "[server.listener.more]\nbind = [\"127.0.0.1:${port:more}\"]\n"
                                "[certificate.default]");
    Gateway gateway(settings);
    LogCount reloaded(gateway, "config.reloaded");
    Senders load(gateway.port(), senders, hop.transport());
    ASSERT_TRUE(load.wait_for(senders));
    for (std::size_t done = 1; done <= reloads; ++done) {
        gateway.write_settings(done % 2 == 0 ? settings : other);
        gateway.reload();
        ASSERT_TRUE(eventually([&] { return reloaded() == done; })) << gateway.log();
    }
    ASSERT_TRUE(load.wait_for(senders));
    const auto told = load.stop();
    expect_all_there(told, "a hundred reloads");
    expect_no_connection_lost(told);
    EXPECT_EQ(told.sent_away, 0U);
}

// Two gateways and a HAProxy before them.
struct Pair {
    static std::string behind_haproxy(const std::string& settings) {
        return replaced(settings, "[server.listener.submissions]",
                        fmt::format("proxy-protocol.from = [\"{}\"]\n"
                                    "[server.listener.submissions]",
                                    Haproxy::address));
    }
    static std::string server(const char* name, const Gateway& gateway) {
        return fmt::format(
            "    server {} 127.0.0.1:{} source {} send-proxy-v2 check "
            "check-send-proxy inter 50ms fall 1 rise 1\n",
            name, gateway.port(), Haproxy::address);
    }

    explicit Pair(const std::string& settings)
        : first(behind_haproxy(settings)), second(behind_haproxy(settings)) {}

    bool answers() const {
        try {
            return SmtpClient(port).read_reply().code == 220;
        } catch (const std::exception&) {
            return false;
        }
    }

    Gateway first, second;
    std::uint16_t port = free_port();
    Haproxy haproxy{
        fmt::format("listen mail\n    bind 127.0.0.1:{}\n    balance roundrobin\n"
                    "    option smtpchk EHLO check.example\n{}{}",
                    port, server("a", first), server("b", second))};
};

TEST_P(NoMessageIsLost, ByTheDeathOfOneOfTwoGateways) {
    Pair pair(hop.settings());
    ASSERT_TRUE(eventually([&] { return pair.answers(); })) << pair.haproxy.log();
    Senders load(pair.port, senders, hop.transport());
    for (std::size_t death = 0; death < deaths; ++death) {
        auto& gateway = death % 2 == 0 ? pair.first : pair.second;
        ASSERT_TRUE(load.wait_for(a_while));
        gateway.kill();
        EXPECT_TRUE(load.wait_for(a_while)) << "the other one goes on";
        LogCount relayed(gateway, "relay.accepted");
        const auto before = relayed();
        gateway.start();
        ASSERT_TRUE(eventually([&] { return relayed() > before; })) << pair.haproxy.log();
    }
    const auto told = load.stop();
    expect_all_there(told, fmt::format("kill -9 of one of two gateways, {} times", deaths));
    EXPECT_LE(told.in_doubt(), senders * deaths);
    EXPECT_LE(told.broken, senders * deaths) << "those that the dead one had";
}

struct Rolling {
    explicit Rolling(const std::string& settings) : installation(settings) {}

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
            ASSERT_TRUE(load.wait_for(a_while)) << log();
            EXPECT_EQ(current->wait(Process::Seconds(20)), 0) << log();
            current = std::move(next);
        }
    }
    std::string log() const { return read_file(installation.directory() / "log"); }

    Installation installation;
};

std::unique_ptr<Process> started(const Command& command, const Rolling& rolling) {
    auto process = std::make_unique<Process>(command);
    eventually([&] {
        return std::filesystem::exists(rolling.installation.directory() / "log") &&
               count_of("server.started", rolling.log()) > 0;
    });
    return process;
}

TEST_P(NoMessageIsLost, ByARollingRestartWithSocketsThatOutliveTheProcess) {
    Rolling rolling(hop.settings());
    const ListeningSockets sockets(
        {rolling.installation.port(), rolling.installation.port("submissions")});
    const auto command = sockets.given_to(rolling.serve());
    auto current = started(command, rolling);
    Senders load(rolling.installation.port(), senders, hop.transport());
    ASSERT_TRUE(load.wait_for(a_while));
    rolling.restart([&] { return std::make_unique<Process>(command); }, restarts, load, current);
    const auto told = load.stop();
    EXPECT_EQ(current->stop(), 0) << rolling.log();
    expect_all_there(told, "rolling restart, sockets held open");
    expect_no_connection_lost(told);
}

TEST_P(NoMessageIsLost, BetweenTwoProcessesThatAreNeverThereAtTheSameTime) {
    Rolling rolling(hop.settings());
    const ListeningSockets sockets({rolling.installation.port()});
    const auto command = sockets.given_to(rolling.serve());
    auto current = started(command, rolling);
    Senders load(rolling.installation.port(), senders, hop.transport());
    ASSERT_TRUE(load.wait_for(a_while));
    EXPECT_EQ(current->stop(), 0) << rolling.log();
    current = std::make_unique<Process>(command);
    ASSERT_TRUE(load.wait_for(a_while)) << rolling.log();
    const auto told = load.stop();
    EXPECT_EQ(current->stop(), 0) << rolling.log();
    expect_all_there(told, "one process after the other");
    expect_no_connection_lost(told);
}

TEST_P(NoMessageIsLost, ByARollingRestartSideBySide) {
    Rolling rolling(hop.settings());
    const auto command = rolling.serve();
    auto current = started(command, rolling);
    Senders load(rolling.installation.port(), senders, hop.transport());
    ASSERT_TRUE(load.wait_for(a_while));
    rolling.restart([&] { return std::make_unique<Process>(command); }, restarts, load, current);
    const auto told = load.stop();
    EXPECT_EQ(current->stop(), 0) << rolling.log();
    expect_all_there(told, "rolling restart, side by side");
    EXPECT_EQ(told.in_doubt(), 0U);
}

FOR_BOTH_NEXT_HOPS(NoMessageIsLost);

}  // namespace
}  // namespace postern::test
