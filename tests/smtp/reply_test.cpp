#include "smtp/reply.hpp"

#include <gtest/gtest.h>

#include "smtp/replies.hpp"

namespace postern::smtp {

namespace {

using namespace std::string_literals;

Reply lines(int code, std::string_view enhanced, std::vector<std::string> text) {
    Reply reply(code, enhanced, "");
    reply.lines = std::move(text);
    return reply;
}

}  // namespace

TEST(Reply, IsWrittenWithItsCodesOnEveryLine) {
    const std::pair<Reply, std::string> cases[] = {
        {Reply(250, "2.0.0", "Ok"), "250 2.0.0 Ok\r\n"},
        {Reply(354, "", "Go on"), "354 Go on\r\n"},
        {Reply(334, "", ""), "334 \r\n"},
        {Reply(334, "", "VXNlcm5hbWU6"), "334 VXNlcm5hbWU6\r\n"},
        {lines(550, "5.7.1", {"one", "two", "three"}),
         "550-5.7.1 one\r\n550-5.7.1 two\r\n550 5.7.1 three\r\n"},
        {lines(250, "", {"mail.example", "SIZE"}), "250-mail.example\r\n250 SIZE\r\n"},
        {lines(250, "", {}), "250 \r\n"},
        {Reply(550, "5.6.7", "caf\xC3\xA9"), "550 5.6.7 caf\xC3\xA9\r\n"},
    };
    for (const auto& [reply, wire] : cases)
        EXPECT_EQ(reply.wire(), wire);
}

TEST(Reply, CannotBeMadeTwoByItsText) {
    EXPECT_EQ(Reply(550, "5.7.1", "no\r\n250 2.0.0 yes\0!"s).wire(),
              "550 5.7.1 no??250 2.0.0 yes?!\r\n");
    EXPECT_EQ(Reply(550, "5.7.1", "no\nyes").summary(), "550 5.7.1 no?yes");
}

TEST(Reply, IsOneLineInTheLog) {
    EXPECT_EQ(Reply(250, "2.0.0", "Ok").summary(), "250 2.0.0 Ok");
    EXPECT_EQ(lines(550, "5.7.1", {"text", "", "text"}).summary(), "550 5.7.1 text / text");
    EXPECT_EQ(Reply(334, "", "").summary(), "334");
}

TEST(Reply, TellsItsClass) {
    EXPECT_TRUE(Reply(250, "", "").positive());
    EXPECT_TRUE(Reply(354, "", "").positive());
    EXPECT_TRUE(Reply(421, "", "").transient());
    EXPECT_TRUE(Reply(550, "", "").permanent());
    EXPECT_FALSE(Reply().positive());
    EXPECT_FALSE(Reply(421, "", "").positive());
    EXPECT_FALSE(Reply(421, "", "").permanent());
}

TEST(Reply, CanBeReducedToAscii) {
    EXPECT_EQ(Reply(550, "5.1.1", "caf\xC3\xA9 \xF0\x9F\x98\x80 \xFF!").in_ascii(),
              Reply(550, "5.1.1", "caf? ? ?!"));
}

// BEHAVIOUR section 1, a line each.
TEST(Replies, HaveTheCodesOfTheContract) {
    using namespace replies;
    const std::pair<Reply, std::string> cases[] = {
        {greeting("mail.example"), "220 mail.example ESMTP Postern"},
        {authentication_succeeded(), "235 2.7.0"},
        {authentication_failed(), "535 5.7.8"},
        {password_expired("Change it"), "535 5.7.8 Change it"},
        {account_disabled(), "525 5.7.13"},
        {authentication_unavailable(), "454 4.7.0"},
        {authentication_cancelled(), "501 5.7.0"},
        {authentication_malformed(), "501 5.5.2"},
        {authentication_line_too_long(), "500 5.5.6"},
        {mechanism_unknown(), "504 5.5.4"},
        {must_starttls_first(), "530 5.7.0 Must issue a STARTTLS command first"},
        {authentication_not_offered(), "502 5.5.1"},
        {too_many_attempts(), "421 4.7.0"},
        {authentication_required(), "530 5.7.0 Authentication required"},
        {sender_not_owned(), "550 5.7.1"},
        {header_too_big(), "552 5.3.4"},
        {no_memory_for_header(), "452 4.3.1"},
        {relaying_denied(), "550 5.7.1"},
        {too_many_recipients(), "452 4.5.3"},
        {unknown_command(), "500 5.5.2"},
        {syntax_error("x"), "501 5.5.4 x"},
        {unknown_parameter("FOO"), "555 5.5.4"},
        {http(), "421 4"},
        {mail_first(), "503 5.5.1 Send MAIL first"},
        {too_many_errors(), "421 4.7.0"},
        {line_too_long(), "500 5.5.2"},
        {injection(), "554 5.5.0"},
        {bare_newline(), "550 5.6.0"},
        {nul_octet(), "550 5.6.0"},
        {message_too_big(), "552 5.3.4"},
        {next_hop_unreachable(), "451 4.4.1"},
        {next_hop_lost(), "451 4.4.2"},
        {next_hop_misconfigured(), "451 4.3.5"},
        {next_hop_busy(), "451 4.3.2"},
        {idle_timeout(), "421 4.4.2"},
        {still_sending(), "421 4."},
        {too_many_connections(), "421 4.7.0"},
        {shutting_down(), "421 4.3.2"},
        {internal_error(), "421 4."},
        {needs_smtputf8(), "553 5.6.7"},
        {vrfy(), "252 2."},
        {expn(), "502 5.5.1"},
        {help(), "214 2.0.0"},
        {ready_for_tls(), "220 2.0.0"},
        {starttls_not_offered(), "502 5.5.1"},
        {start_mail(), "354 "},
        {challenge("VXNlcm5hbWU6"), "334 VXNlcm5hbWU6"},
    };
    for (const auto& [reply, start] : cases)
        EXPECT_TRUE(reply.summary().starts_with(start)) << reply.summary();
}

// RFC 2034 section 4: its class is the first digit of the code.
TEST(Replies, CarryAnEnhancedCodeOfTheSameClass) {
    using namespace replies;
    for (const Reply& reply :
         {ok(), goodbye(), help(), vrfy(), expn(), ready_for_tls(), sender_ok(), recipient_ok(),
          message_accepted("1"), storage_full(), local_error(), internal_error(), http(),
          still_sending(), password_expired("x")}) {
        ASSERT_FALSE(reply.enhanced.empty()) << reply.summary();
        EXPECT_EQ(reply.enhanced[0] - '0', reply.code / 100) << reply.summary();
        EXPECT_FALSE(reply.lines.at(0).empty());
    }
    for (const Reply& reply : {greeting("x"), helo("x"), challenge(""), start_mail()})
        EXPECT_TRUE(reply.enhanced.empty()) << reply.summary();
}

}  // namespace postern::smtp
