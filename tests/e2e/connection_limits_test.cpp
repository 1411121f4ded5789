// BEHAVIOUR 4: so many connections of one network, so many in all; the next one hears 421 instead
// of the greeting.
#include <gtest/gtest.h>

#include <vector>

#include "support/eventually.hpp"
#include "support/gateway.hpp"

namespace postern::test {
namespace {

class ConnectionLimits : public ::testing::TestWithParam<const char*> {};

TEST_P(ConnectionLimits, RefuseTheNextOneUntilAnotherLeaves) {
    Gateway gateway(replaced(maildir_settings(), "connections-per-network = 1000", GetParam()));
    const auto greeted = [&](std::vector<SmtpClient>& clients) {
        auto& client = clients.emplace_back(gateway.port());
        const auto reply = client.read_reply();
        if (reply.code != 220) clients.pop_back();
        return reply.text();
    };
    std::vector<SmtpClient> clients;
    // The connections of the fixture's own start may still be counted.
    EXPECT_TRUE(eventually([&] { return clients.size() == 3 || (greeted(clients), false); }));

    auto one_more = gateway.client();
    const auto refusal = one_more.read_reply().text();
    EXPECT_TRUE(refusal.starts_with("421 4.7.0")) << refusal;
    EXPECT_TRUE(one_more.is_closed());
    EXPECT_EQ(clients.front().command("NOOP").code, 250) << "those inside stay";

    clients.pop_back();
    EXPECT_TRUE(eventually([&] { return greeted(clients).starts_with("220 "); }));
}

INSTANTIATE_TEST_SUITE_P(OfBothKinds, ConnectionLimits,
                         ::testing::Values("connections-per-network = 3", "connections = 3"),
                         [](const auto& info) {
                             return std::string(info.param).starts_with("connections =")
                                        ? "InAll"
                                        : "OfOneNetwork";
                         });

}  // namespace
}  // namespace postern::test
