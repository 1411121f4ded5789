#include "remote/imap_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/base64.hpp"

namespace postern::remote {
namespace {

using testing::ElementsAre;

std::vector<std::string> in_pieces(const ImapCommand& command) {
    std::vector<std::string> pieces;
    for (const auto& piece : command)
        pieces.emplace_back(piece.reveal());
    return pieces;
}

std::vector<std::string> login(std::string_view name, std::string_view password,
                               const ImapCapabilities& offered = {}) {
    return in_pieces(login_command("A1", name, crypto::Secret(password), offered));
}

TEST(LoginCommand, QuotesWhatCanBeQuoted) {
    const std::pair<std::string, std::string> cases[] = {
        {"open-sesame", "\"open-sesame\""},
        {"", "\"\""},
        {"with blanks ", "\"with blanks \""},
        {"a\"b\\c", "\"a\\\"b\\\\c\""},
        {"100%*{3}", "\"100%*{3}\""},
        {std::string(400, 'x'), "\"" + std::string(400, 'x') + "\""},
    };
    for (const auto& [password, quoted] : cases)
        EXPECT_THAT(login("jane", password), ElementsAre("A1 LOGIN \"jane\" " + quoted + "\r\n"));
}

TEST(LoginCommand, HasLiteralsForTheRest) {
    EXPECT_THAT(login("jane", "gr\xC3\xBC\xC3\x9F"),
                ElementsAre("A1 LOGIN \"jane\" {6}\r\n", "gr\xC3\xBC\xC3\x9F\r\n"));
    EXPECT_THAT(login("j\xC3\xA4ne", "a\r\nb"),
                ElementsAre("A1 LOGIN {5}\r\n", "j\xC3\xA4ne {4}\r\n", "a\r\nb\r\n"));
}

TEST(LoginCommand, LiteralsDoNotWaitWhereTheyNeedNot) {
    ImapCapabilities plus, minus;
    plus.literal_plus = true;
    minus.literal_minus = true;
    const std::string accented("\xE9"), longest(4096, '\xE9'), longer(4097, '\xE9');
    EXPECT_THAT(login("jane", accented, plus),
                ElementsAre("A1 LOGIN \"jane\" {1+}\r\n" + accented + "\r\n"));
    EXPECT_THAT(login("jane", longer, plus),
                ElementsAre("A1 LOGIN \"jane\" {4097+}\r\n" + longer + "\r\n"));
    EXPECT_THAT(login("jane", longest, minus),
                ElementsAre("A1 LOGIN \"jane\" {4096+}\r\n" + longest + "\r\n"));
    EXPECT_THAT(login("jane", longer, minus),
                ElementsAre("A1 LOGIN \"jane\" {4097}\r\n", longer + "\r\n"));
}

TEST(AuthenticateCommand, IsOneLineWhereThatIsOffered) {
    const auto response = crypto::base64_encode(std::string_view("\0jane\0a \"b\\\r\n\xE9%", 15));
    const crypto::Secret password("a \"b\\\r\n\xE9%");
    ImapCapabilities offered;
    EXPECT_THAT(in_pieces(authenticate_command("A1", "jane", password, offered)),
                ElementsAre("A1 AUTHENTICATE PLAIN\r\n", response + "\r\n"));
    offered.initial_response = true;
    EXPECT_THAT(in_pieces(authenticate_command("A1", "jane", password, offered)),
                ElementsAre("A1 AUTHENTICATE PLAIN " + response + "\r\n"));
}

}  // namespace
}  // namespace postern::remote
