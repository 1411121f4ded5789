// Ten thousand sessions through the built gateway; in a sanitized build this is the load test of
// the sanitizers as well, for the Gateway fixture fails on any report.
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "support/gateway.hpp"

namespace postern::test {
namespace {

struct Mode {
    std::string tls, mechanism;
    int sessions;
};

// Debug lines of ten thousand sessions would be all that is measured.
std::string settings() {
    auto text = replaced(maildir_settings(), "level = \"debug\"", "level = \"warn\"");
    text = replaced(text, R"([ { if = "is_tls", then = "[plain, login]" }, { else = false } ])",
                    R"(["plain", "login"])");
    return replaced(text, "require = true", "require = true\nallow-plain-text = true");
}

class Load : public ::testing::TestWithParam<Mode> {
 protected:
    static void SetUpTestSuite() { gateway = new Gateway(settings()); }
    static void TearDownTestSuite() { delete std::exchange(gateway, nullptr); }
    static inline Gateway* gateway = nullptr;
};

TEST_P(Load, PassesWithoutAnError) {
    const auto& mode = GetParam();
    const auto load =
        run({.arguments = {POSTERN_BINARY_DIR "/bench/load",
                           "--port",
                           std::to_string(gateway->port(mode.tls == "implicit" ? "submissions"
                                                                               : "submission")),
                           "--sessions",
                           std::to_string(mode.sessions),
                           "--concurrency",
                           "40",
                           "--tls",
                           mode.tls,
                           "--mechanism",
                           mode.mechanism,
                           "--messages",
                           "1",
                           "--size",
                           "2000",
                           "--password",
                           std::string(jane_password),
                           "--pid",
                           std::to_string(gateway->pid()),
                           "--json"}},
            std::chrono::seconds(300));
    ASSERT_EQ(load.status, 0) << load.output << load.errors << gateway->log();
    const auto result = boost::json::parse(load.output);
    EXPECT_EQ(result.at("sessions").to_number<int>(), mode.sessions);
    EXPECT_EQ(result.at("errors").to_number<int>(), 0) << load.output;
    EXPECT_EQ(gateway->maildir().files().size(), static_cast<std::size_t>(mode.sessions));
    gateway->maildir().clear();
    std::printf("%s", load.output.c_str());
}

INSTANTIATE_TEST_SUITE_P(TenThousandSessions, Load,
                         ::testing::Values(Mode{"none", "plain", 3000},
                                           Mode{"starttls", "login", 3500},
                                           Mode{"implicit", "plain", 3500}),
                         [](const auto& info) { return info.param.tls; });

}  // namespace
}  // namespace postern::test
