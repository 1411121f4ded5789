#include "remote/smtp_command.hpp"

#include <gmock/gmock.h>

namespace postern::remote {
namespace {

using testing::ElementsAre;

std::vector<std::string> lines(const SmtpCommand& command) {
    std::vector<std::string> all;
    for (const auto& line : command)
        all.emplace_back(line.reveal());
    return all;
}

TEST(AuthPlainCommand, IsOneLineWhereThatIsNotTooLong) {
    const auto command = auth_plain_command("jane", crypto::Secret("open sesame"));
    EXPECT_THAT(lines(command), ElementsAre("AUTH PLAIN AGphbmUAb3BlbiBzZXNhbWU=\r\n"));
    // 375 octets are 500 of base64; with the words and CRLF that is 513.
    const crypto::Secret longest(std::string(366, 'x'));
    const auto at_once = lines(auth_plain_command("jane", longest));
    ASSERT_EQ(at_once.size(), 1U);
    EXPECT_LE(at_once.front().size(), 512U);
    const auto asked = lines(auth_plain_command("jane", crypto::Secret(std::string(367, 'x'))));
    ASSERT_EQ(asked.size(), 2U);
    EXPECT_EQ(asked.front(), "AUTH PLAIN\r\n");
    EXPECT_TRUE(asked.back().starts_with("AGphbmUAeHh4"));
}

TEST(AuthLoginCommand, SaysTheLoginAndThenThePassword) {
    const auto command = auth_login_command("jane", crypto::Secret("open sesame"));
    EXPECT_THAT(lines(command),
                ElementsAre("AUTH LOGIN\r\n", "amFuZQ==\r\n", "b3BlbiBzZXNhbWU=\r\n"));
}

}  // namespace
}  // namespace postern::remote
