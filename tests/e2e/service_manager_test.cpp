// What systemd hears of the gateway, and what it gives to it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "e2e/site.hpp"
#include "support/eventually.hpp"
#include "support/listening_sockets.hpp"
#include "support/notify_socket.hpp"

namespace postern::test {
namespace {

class ServiceManager : public ::testing::TestWithParam<bool> {};

TEST_P(ServiceManager, HearsOfStartReloadAndEnd) {
    const NotifySocket systemd(GetParam());
    Installation site(maildir_settings());
    auto command = site.command_line({"serve"});
    command.environment = {{"NOTIFY_SOCKET", systemd.name()}};
    Process gateway(command);
    EXPECT_EQ(systemd.next(), "READY=1\nSTATUS=Serving");
    EXPECT_EQ(SmtpClient(site.port()).read_reply().code, 220) << "all listeners are open then";

    const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
    gateway.signal(SIGHUP);
    const auto reloading = systemd.next();
    constexpr std::string_view begins = "RELOADING=1\nMONOTONIC_USEC=";
    ASSERT_TRUE(reloading.starts_with(begins)) << reloading;
    EXPECT_GE(std::stoll(reloading.substr(begins.size())), now.count());
    EXPECT_EQ(systemd.next(), "READY=1\nSTATUS=Serving");

    site.write_settings(maildir_settings() + "\n[sesion]\n");
    gateway.signal(SIGHUP);
    EXPECT_TRUE(systemd.next().starts_with(begins));
    EXPECT_EQ(systemd.next(), "READY=1\nSTATUS=Serving; the new settings have mistakes");

    gateway.signal(SIGTERM);
    EXPECT_TRUE(systemd.next().starts_with("STOPPING=1\n"));
    EXPECT_EQ(gateway.wait(Process::Seconds(10)), 0);
}

INSTANTIATE_TEST_SUITE_P(Socket, ServiceManager, ::testing::Bool(), [](const auto& info) {
    return info.param ? "InTheAbstractNamespace" : "AtAPath";
});

TEST(Watchdog, IsFedForAsLongAsTheGatewayTurns) {
    const NotifySocket systemd;
    Installation site(maildir_settings());
    auto command = site.command_line({"serve"});
    command.environment = {{"NOTIFY_SOCKET", systemd.name()}, {"WATCHDOG_USEC", "400000"}};
    Process gateway(command);
    EXPECT_EQ(systemd.next(), "READY=1\nSTATUS=Serving");
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(systemd.next(), "WATCHDOG=1");
    const auto took = std::chrono::steady_clock::now() - begun;
    EXPECT_LT(took, std::chrono::seconds(5));
    EXPECT_GE(took, std::chrono::milliseconds(350)) << "not more often than is wanted";
    gateway.signal(SIGTERM);
    EXPECT_FALSE(systemd.next_of("STOPPING=1").empty());
    EXPECT_EQ(gateway.wait(Process::Seconds(10)), 0);
}

TEST(Watchdog, OfAnotherProcessIsNotOurs) {
    const NotifySocket systemd;
    Installation site(maildir_settings());
    auto command = site.command_line({"serve"});
    command.environment = {
        {"NOTIFY_SOCKET", systemd.name()}, {"WATCHDOG_USEC", "10000"}, {"WATCHDOG_PID", "1"}};
    Process gateway(command);
    EXPECT_EQ(systemd.next(), "READY=1\nSTATUS=Serving");
    EXPECT_EQ(systemd.next(std::chrono::milliseconds(300)), "");
}

TEST(InheritedSockets, AreUsedWhereAListenerHasTheirAddress) {
    const ListeningSockets sockets({0, 0});
    Installation site(replaced(maildir_settings(), "127.0.0.1:${port:submission}",
                               fmt::format("127.0.0.1:{}", sockets.port())));
    Process gateway(sockets.given_to(site.command_line({"serve"})));
    SmtpClient client(sockets.port());
    EXPECT_EQ(client.read_reply().code, 220);
    EXPECT_TRUE(eventually([&] {
        return read_file(site.directory() / "log")
                   .find(fmt::format("port=\"{}\"", sockets.port(1))) != std::string::npos;
    })) << "nobody serves the second one: "
        << read_file(site.directory() / "log");
}

TEST(InheritedSockets, OfAnotherProcessAreNotOurs) {
    const ListeningSockets sockets({0});
    Installation site(replaced(maildir_settings(), "127.0.0.1:${port:submission}",
                               fmt::format("127.0.0.1:{}", sockets.port())));
    auto command = sockets.given_to(site.command_line({"serve"}));
    command.arguments.at(2) = "LISTEN_PID=1 exec \"$0\" \"$@\"";
    const auto finished = run(command);
    EXPECT_NE(finished.status, 0);
    EXPECT_NE(finished.errors.find("cannot listen"), std::string::npos) << finished.errors;
}

}  // namespace
}  // namespace postern::test
