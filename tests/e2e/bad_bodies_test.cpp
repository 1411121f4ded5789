// Messages that some server would read in two ways: bare CR, bare LF, NUL, and what looks like an
// end of data.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/site.hpp"

namespace postern::test {
namespace {

using namespace std::string_literals;
using ::testing::StartsWith;

// BEHAVIOUR 1: bare CR or LF, NUL anywhere: 550 5.6.0, and nothing arrives.
struct BadBody {
    std::string name, octets;
};

class BadBodies : public ::testing::TestWithParam<std::tuple<Behind, BadBody>> {
 protected:
    static void TearDownTestSuite() { sites.clear(); }
    static inline std::map<Behind, std::unique_ptr<Site>> sites;
};

TEST_P(BadBodies, AreRefusedAndNeverArrive) {
    const auto& [behind, body] = GetParam();
    auto& site = sites[behind];
    if (!site) site = std::make_unique<Site>(behind);
    auto client = site->gateway().authenticated_client();
    const auto replies =
        client.pipeline({"MAIL FROM:<jane@example.org>", "RCPT TO:<bob@example.org>", "DATA"});
    ASSERT_EQ(replies.back().code, 354);
    client.send(body.octets + "\r\n.\r\n");
    EXPECT_THAT(client.read_reply().text(), StartsWith("550 5.6.0"));
    EXPECT_EQ(client.command("NOOP").code, 250) << "one reply and no more";
    if (behind == Behind::postfix) site->postfix().wait_until_idle();
    EXPECT_TRUE(site->inbox().files().empty());
    site->inbox().clear();
}

const std::string header = "From: jane@example.org\r\nSubject: x\r\n";

std::string lines_of(std::size_t octets) {
    std::string result;
    while (result.size() < octets)
        result += std::string(78, 'x') + "\r\n";
    return result;
}

INSTANTIATE_TEST_SUITE_P(
    Everywhere, BadBodies,
    ::testing::Combine(
        ::testing::Values(Behind::maildir, Behind::postfix),
        ::testing::Values(BadBody{"BareLfInHeader", "From: jane@example.org\nSubject: x\r\n\r\nx"},
                          BadBody{"BareCrInHeader", "From: jane@example.org\rSubject: x\r\n\r\nx"},
                          BadBody{"NulInHeader",
                                  "From: jane@example.org\r\nSubject: \0x\r\n\r\nx"s},
                          BadBody{"BareLfInBody", header + "\r\nx\nx"},
                          BadBody{"BareCrInBody", header + "\r\nx\rx"},
                          BadBody{"NulInBody", header + "\r\nx\0x"s},
                          // smuggling: what some servers take for an end of data
                          BadBody{"LfDotLf", header + "\r\nx\n.\nMAIL FROM:<jane@example.org>"},
                          BadBody{"LfDotCrLf", header + "\r\nx\n.\r\nMAIL FROM:<jane@example.org>"},
                          BadBody{"CrLfDotLf", header + "\r\nx\r\n.\nMAIL FROM:<jane@example.org>"},
                          BadBody{"CrDotCr", header + "\r\nx\r.\rMAIL FROM:<jane@example.org>"},
                          BadBody{"CrLfDotCr", header + "\r\nx\r\n.\rMAIL FROM:<jane@example.org>"},
                          // late: the next hop has most of it by then
                          BadBody{"BareLfLate", header + "\r\n" + lines_of(500'000) + "x\nx"},
                          BadBody{"NulLate", header + "\r\n" + lines_of(500'000) + "\0"s})),
    [](const auto& info) {
        return to_string(std::get<0>(info.param)) + std::get<1>(info.param).name;
    });

}  // namespace
}  // namespace postern::test
