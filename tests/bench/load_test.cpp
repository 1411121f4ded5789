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

std::ostream& operator<<(std::ostream& out, const Mode& mode) {
    return out << mode.sessions << " sessions, tls " << mode.tls << ", " << mode.mechanism;
}

// Debug lines of ten thousand sessions would be all that is measured.
std::string settings() {
    auto text = replaced(maildir_settings(), "level = \"debug\"", "level = \"warning\"");
    text = replaced(text, R"([ { if = "is_tls", then = "[plain, login]" }, { else = false } ])",
                    R"(["plain", "login"])");
    return replaced(text, "require = true", "require = true\nallow-plain-text = true");
}

class Load : public ::testing::TestWithParam<Mode> {
 protected:
    static void SetUpTestSuite() { gateway = new Gateway(settings()); }
    static void TearDownTestSuite() { delete std::exchange(gateway, nullptr); }
    void TearDown() override { gateway->maildir().clear(); }

    // From several networks: a session counts until the gateway has cleaned up behind it, a little
    // longer than the client thinks, and fifty of one network would be too many.
    static Command command(const Mode& mode) {
        const auto listener = mode.tls == "implicit" ? "submissions" : "submission";
        Command load{.arguments = {POSTERN_BINARY_DIR "/bench/load", "--json"}};
        const std::vector<std::pair<std::string, std::string>> options{
            {"--port", std::to_string(gateway->port(listener))},
            {"--sessions", std::to_string(mode.sessions)},
            {"--concurrency", "40"},
            {"--sources", "10"},
            {"--tls", mode.tls},
            {"--mechanism", mode.mechanism},
            {"--size", "2000"},
            {"--password", std::string(jane_password)},
            {"--pid", std::to_string(gateway->pid())}};
        for (const auto& [name, value] : options) {
            load.arguments.push_back(name);
            load.arguments.push_back(value);
        }
        return load;
    }

    static inline Gateway* gateway = nullptr;
};

TEST_P(Load, PassesWithoutAnError) {
    const auto& mode = GetParam();
    const auto load = run(command(mode), std::chrono::seconds(300));
    std::printf("%s", load.output.c_str());
    ASSERT_EQ(load.status, 0) << load.output << load.errors;
    const auto result = boost::json::parse(load.output);
    EXPECT_EQ(result.at("sessions").to_number<int>(), mode.sessions);
    EXPECT_EQ(result.at("errors").to_number<int>(), 0);
    EXPECT_EQ(gateway->maildir().files().size(), static_cast<std::size_t>(mode.sessions));
}

INSTANTIATE_TEST_SUITE_P(TenThousandSessions, Load,
                         ::testing::Values(Mode{"none", "plain", 3000},
                                           Mode{"starttls", "login", 3500},
                                           Mode{"implicit", "plain", 3500}),
                         [](const auto& info) { return info.param.tls; });

}  // namespace
}  // namespace postern::test
