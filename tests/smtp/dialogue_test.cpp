#include "smtp/dialogue.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace postern::smtp {

namespace {

// What the session has to offer, in words: "tls" STARTTLS, "auth" a mechanism now, "later" one
// behind STARTTLS, "require" AUTH before MAIL.
Offer offer_of(const std::string& words) {
    Offer offer;
    std::istringstream stream(words);
    for (std::string word; stream >> word;) {
        if (word == "tls") offer.starttls = true;
        if (word == "auth") offer.auth = true;
        if (word == "later") offer.auth_after_tls = true;
        if (word == "require") offer.require_auth = true;
    }
    return offer;
}

Rcpt recipient(const std::string& path) {
    Rcpt rcpt;
    rcpt.forward_path = {address::Mailbox{"bob", "example.net"}, false, path};
    return rcpt;
}

Command command_of(const std::string& word) {
    if (word == "EHLO") return Ehlo{"client.example"};
    if (word == "HELO") return Helo{"client.example"};
    if (word == "STARTTLS") return StartTls{};
    if (word == "AUTH") return Auth{"PLAIN", std::nullopt};
    if (word == "MAIL") return Mail{};
    if (word == "RCPT") return recipient("bob@example.net");
    if (word == "RCPT8")
        return recipient(
            "b\xC3\xB6"
            "b@example.net");
    if (word == "DATA") return Data{};
    if (word == "BDAT") return Bdat{};
    if (word == "RSET") return Rset{};
    if (word == "VRFY") return Vrfy{"jane"};
    if (word == "EXPN") return Expn{"staff"};
    if (word == "HELP") return Help{};
    if (word == "QUIT") return Quit{};
    return Noop{};
}

// A dialogue in which these things have happened: "ehlo helo tls auth mail mail8 rcpt refused
// over".
Dialogue dialogue_of(const std::string& words) {
    Dialogue dialogue;
    std::istringstream stream(words);
    for (std::string word; stream >> word;) {
        if (word == "ehlo") dialogue.hello(true);
        if (word == "helo") dialogue.hello(false);
        if (word == "tls") dialogue.tls_started();
        if (word == "auth") dialogue.authenticated();
        if (word == "rcpt") dialogue.recipient_accepted();
        if (word == "chunk") dialogue.chunk_begun();
        if (word == "refused") dialogue.refused();
        if (word == "over") dialogue.transaction_over();
        if (word == "mail" || word == "mail8") {
            Mail mail;
            mail.smtputf8 = word == "mail8";
            dialogue.mail_accepted(mail);
        }
    }
    return dialogue;
}

struct Case {
    std::string happened;
    std::string offer;
    std::string command;
    std::string expected;  // the start of the objection; empty: go ahead
};

void expect(const std::vector<Case>& cases) {
    for (const Case& c : cases) {
        SCOPED_TRACE(c.happened + " / " + c.offer + " / " + c.command);
        const auto objection =
            dialogue_of(c.happened).objection(command_of(c.command), offer_of(c.offer));
        if (c.expected.empty()) {
            EXPECT_FALSE(objection) << objection->summary();
        } else {
            ASSERT_TRUE(objection);
            EXPECT_TRUE(objection->summary().starts_with(c.expected)) << objection->summary();
        }
    }
}

const std::string must_starttls = "530 5.7.0 Must issue a STARTTLS command first";
const std::string required = "530 5.7.0 Authentication required";

}  // namespace

// RFC 5321 4.1.4
TEST(Dialogue, TakesSomeCommandsAtAnyTime) {
    for (const auto* happened :
         {"", "helo", "ehlo", "tls", "tls ehlo auth", "ehlo mail", "ehlo mail rcpt"})
        for (const auto* command : {"EHLO", "HELO", "NOOP", "RSET", "VRFY", "EXPN", "HELP", "QUIT"})
            expect({{happened, "tls require", command, ""}});
}

TEST(Dialogue, RefusesStartTlsOutOfPlace) {
    expect({
        {"ehlo", "tls", "STARTTLS", ""},
        {"ehlo mail over", "tls", "STARTTLS", ""},
        {"ehlo auth", "tls", "STARTTLS", ""},
        {"", "tls", "STARTTLS", "503 5.5.1"},
        {"helo", "tls", "STARTTLS", "503 5.5.1"},
        {"ehlo helo", "tls", "STARTTLS", "503 5.5.1"},
        {"tls", "", "STARTTLS", "503 5.5.1"},
        {"tls ehlo", "", "STARTTLS", "503 5.5.1"},
        {"tls ehlo", "tls", "STARTTLS", "503 5.5.1"},
        {"ehlo mail", "tls", "STARTTLS", "503 5.5.1"},
        {"ehlo mail rcpt", "tls", "STARTTLS", "503 5.5.1"},
        {"ehlo", "", "STARTTLS", "502 5.5.1"},
        {"ehlo", "auth", "STARTTLS", "502 5.5.1"},
    });
}

TEST(Dialogue, RefusesAuthOutOfPlace) {
    expect({
        {"ehlo", "auth", "AUTH", ""},
        {"tls ehlo", "auth require", "AUTH", ""},
        {"ehlo mail over", "auth", "AUTH", ""},
        {"", "auth", "AUTH", "503 5.5.1"},
        {"helo", "auth", "AUTH", "503 5.5.1"},
        {"ehlo helo", "auth", "AUTH", "503 5.5.1"},
        {"", "tls later", "AUTH", "503 5.5.1"},
        {"ehlo auth", "auth", "AUTH", "503 5.5.1"},
        {"ehlo auth", "", "AUTH", "503 5.5.1"},
        {"tls ehlo auth ehlo", "auth", "AUTH", "503 5.5.1"},
        {"ehlo mail", "auth", "AUTH", "503 5.5.1"},
        {"ehlo mail rcpt", "auth", "AUTH", "503 5.5.1"},
    });
}

TEST(Dialogue, TellsWhetherStartTlsWouldHelpAuth) {
    expect({
        {"ehlo", "tls later", "AUTH", must_starttls},
        {"ehlo", "tls later require", "AUTH", must_starttls},
        {"ehlo", "tls later auth", "AUTH",
         ""},  // something is offered already: 504 is for the session
        {"ehlo", "later", "AUTH", "502 5.5.1"},  // no certificate to start TLS with
        {"ehlo", "tls", "AUTH", "502 5.5.1"},    // nothing is offered behind it either
        {"ehlo", "", "AUTH", "502 5.5.1"},
        {"tls ehlo", "", "AUTH", "502 5.5.1"},
    });
}

TEST(Dialogue, RefusesMailBeforeItsTime) {
    expect({
        {"ehlo", "", "MAIL", ""},
        {"helo", "", "MAIL", ""},
        {"tls ehlo auth", "require", "MAIL", ""},
        {"ehlo auth helo", "require", "MAIL", ""},
        {"", "", "MAIL", "503 5.5.1"},
        {"", "auth require", "MAIL", "503 5.5.1"},
        {"tls", "", "MAIL", "503 5.5.1"},
        {"ehlo tls", "", "MAIL", "503 5.5.1"},
        {"ehlo mail", "", "MAIL", "503 5.5.1"},
        {"ehlo mail rcpt", "", "MAIL", "503 5.5.1"},
        {"ehlo auth mail", "require", "MAIL", "503 5.5.1"},
    });
}

TEST(Dialogue, RefusesMailBeforeAuth) {
    expect({
        {"ehlo", "auth require", "MAIL", required},
        {"helo", "auth require", "MAIL", required},
        {"tls ehlo", "auth require", "MAIL", required},
        {"tls ehlo", "require", "MAIL", required},
        {"ehlo", "tls auth require", "MAIL", required},
        {"ehlo", "tls auth later require", "MAIL", required},
        {"ehlo", "tls later require", "MAIL", must_starttls},
        {"helo", "tls later require", "MAIL", must_starttls},
        {"ehlo", "later require", "MAIL", required},
        {"ehlo", "tls require", "MAIL", required},
        {"ehlo", "tls later", "MAIL", ""},
        {"ehlo auth tls ehlo", "auth require", "MAIL", required},  // said in the clear, forgotten
    });
}

TEST(Dialogue, RefusesRcptBeforeMail) {
    expect({
        {"ehlo mail", "", "RCPT", ""},
        {"helo mail", "", "RCPT", ""},
        {"ehlo mail rcpt rcpt", "", "RCPT", ""},
        {"", "", "RCPT", "503 5.5.1"},
        {"ehlo", "", "RCPT", "503 5.5.1"},
        {"tls ehlo auth", "require", "RCPT", "503 5.5.1"},
        {"ehlo mail over", "", "RCPT", "503 5.5.1"},
        {"ehlo mail rcpt over", "", "RCPT", "503 5.5.1"},
        {"ehlo mail ehlo", "", "RCPT", "503 5.5.1"},
        {"ehlo mail helo", "", "RCPT", "503 5.5.1"},
    });
}

TEST(Dialogue, RefusesAnAddressBeyondAsciiOutsideSmtputf8) {
    expect({
        {"ehlo mail8", "", "RCPT8", ""},
        {"ehlo mail8", "", "RCPT", ""},
        {"ehlo mail", "", "RCPT8", "553 5.6.7"},
        {"ehlo mail8 over mail", "", "RCPT8", "553 5.6.7"},
        {"ehlo mail8 ehlo mail", "", "RCPT8", "553 5.6.7"},
        {"ehlo", "", "RCPT8", "503 5.5.1"},
    });
    Rcpt rcpt = recipient("bob@example.net");
    rcpt.orcpt =
        "utf-8;b\xC3\xB6"
        "b@example.net";
    EXPECT_TRUE(dialogue_of("ehlo mail").objection(rcpt, {}));
    EXPECT_FALSE(dialogue_of("ehlo mail8").objection(rcpt, {}));
}

TEST(Dialogue, RefusesDataWithoutRecipients) {
    expect({
        {"ehlo mail rcpt", "", "DATA", ""},
        {"helo mail rcpt rcpt", "", "DATA", ""},
        {"", "", "DATA", "503 5.5.1"},
        {"ehlo", "", "DATA", "503 5.5.1"},
        {"ehlo mail", "", "DATA", "503 5.5.1"},
        {"ehlo mail rcpt over", "", "DATA", "503 5.5.1"},
        {"ehlo mail rcpt over mail", "", "DATA", "503 5.5.1"},
        {"ehlo mail rcpt ehlo mail", "", "DATA", "503 5.5.1"},
        {"ehlo mail rcpt tls", "", "DATA", "503 5.5.1"},
        {"ehlo mail refused rcpt", "", "DATA", ""},
        {"ehlo mail refused refused", "", "DATA", "554 5.5.1 No valid recipients"},
        {"ehlo mail refused over mail", "", "DATA", "503 5.5.1"},
    });
}

// RFC 3030 section 2
TEST(Dialogue, AMessageGoesOnAsItBegan) {
    expect({
        {"ehlo mail rcpt", "", "BDAT", ""},
        {"ehlo mail rcpt chunk", "", "BDAT", ""},
        {"ehlo mail rcpt chunk", "", "DATA", "503 5.5.1 The message has begun"},
        {"ehlo mail rcpt chunk", "", "RCPT", "503 5.5.1 The message has begun"},
        {"ehlo mail rcpt chunk", "", "MAIL", "503 5.5.1"},
        {"ehlo mail rcpt chunk", "", "RSET", ""},
        {"ehlo mail rcpt chunk over mail rcpt", "", "DATA", ""},
        {"helo mail rcpt", "", "BDAT", "503 5.5.1 Send EHLO first"},
        {"ehlo", "", "BDAT", "503 5.5.1"},
        {"ehlo mail", "", "BDAT", "503 5.5.1"},
        {"ehlo mail refused", "", "BDAT", "554 5.5.1"},
    });
}

TEST(Dialogue, ForgetsEverythingThatWasSaidInTheClear) {
    const Dialogue dialogue = dialogue_of("ehlo auth mail8 rcpt tls");
    EXPECT_FALSE(dialogue.extended());
    EXPECT_FALSE(dialogue.in_transaction());
    EXPECT_FALSE(dialogue.smtputf8());
    EXPECT_EQ(dialogue.recipients(), 0U);
    expect({
        {"ehlo auth tls", "tls", "STARTTLS", "503 5.5.1 TLS is on already"},
        {"ehlo auth tls", "", "MAIL", "503 5.5.1 Send EHLO or HELO first"},
        {"ehlo auth tls ehlo", "auth", "AUTH", ""},
    });
}

TEST(Dialogue, KeepsWhoItIsBeyondAnotherHello) {
    const Dialogue dialogue = dialogue_of("tls ehlo auth mail rcpt rcpt ehlo");
    EXPECT_FALSE(dialogue.in_transaction());
    EXPECT_EQ(dialogue.recipients(), 0U);
    expect({
        {"tls ehlo auth ehlo", "tls", "STARTTLS", "503 5.5.1 TLS is on already"},
        {"tls ehlo auth ehlo", "auth", "AUTH", "503 5.5.1 Already authenticated"},
        {"tls ehlo auth ehlo", "require", "MAIL", ""},
    });
}

TEST(Dialogue, CountsRecipients) {
    EXPECT_EQ(dialogue_of("ehlo mail").recipients(), 0U);
    EXPECT_EQ(dialogue_of("ehlo mail rcpt rcpt").recipients(), 2U);
}

}  // namespace postern::smtp
