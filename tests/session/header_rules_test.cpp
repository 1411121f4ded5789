#include <gtest/gtest.h>

#include "support/mails.hpp"
#include "support/session_host.hpp"
#include "support/smtp_client.hpp"

namespace postern::session {
namespace {

using test::SessionHost;
using test::SmtpClient;

const std::string in_the_clear = "session.auth.allow-plain-text = true\n";

// jane has these and @jane.example in most session tests; here only what the mails are made for.
identity::AuthResult knows_jane(const std::string& login, const std::string& password) {
    if (login != "jane" || password != "secret")
        return identity::Rejected{identity::Reason::unknown_user, ""};
    return identity::Accepted{{.name = "jane", .addresses = {"jane@example.org"}}};
}

struct Jane {
    explicit Jane(const std::string& settings = "")
        : host(in_the_clear + settings, knows_jane), client(host.port()) {
        client.greet();
        EXPECT_EQ(client.auth_plain("jane", "secret").code, 235);
    }
    void begin(bool smtputf8 = false) {
        client.pipeline(
            {std::string("MAIL FROM:<jane@example.org>") + (smtputf8 ? " SMTPUTF8" : ""),
             "RCPT TO:<bob@example.net>"});
    }
    SmtpClient::Reply data(const std::string& message, bool smtputf8 = false) {
        begin(smtputf8);
        EXPECT_EQ(client.command("DATA").code, 354);
        client.send(test::dot_stuffed(message));
        return client.command(".");
    }
    // In two chunks; the reply that decides.
    SmtpClient::Reply chunks(const std::string& message, std::size_t cut, bool smtputf8 = false) {
        begin(smtputf8);
        client.send("BDAT " + std::to_string(cut) + "\r\n" + message.substr(0, cut));
        const auto first = client.read_reply();
        client.send("BDAT " + std::to_string(message.size() - cut) + " LAST\r\n" +
                    message.substr(cut));
        const auto last = client.read_reply();
        return first.code == 250 ? last : first;
    }
    std::string delivered() {
        const auto messages = host.next_hop().messages();
        return messages.empty() ? "" : messages.back();
    }

    SessionHost host;
    SmtpClient client;
};

const std::string mail = "From: jane@example.org\r\nSubject: x\r\n\r\nHello\r\n";

TEST(HeaderRules, MailsOfRealClientsPass) {
    Jane jane;
    for (const auto& [name, octets] : test::mails("own")) {
        if (!octets.ends_with("\r\n")) continue;  // DATA cannot say that
        const bool smtputf8 = name.find("smtputf8") != std::string::npos;
        EXPECT_EQ(jane.data(octets, smtputf8).code, 250) << name;
        EXPECT_TRUE(jane.delivered().ends_with(test::dot_stuffed(octets))) << name;
        EXPECT_EQ(jane.chunks(octets, octets.size() / 2, smtputf8).code, 250) << name;
        EXPECT_TRUE(jane.delivered().ends_with(test::dot_stuffed(octets))) << name;
    }
}

TEST(HeaderRules, NobodySendsAsSomebodyElse) {
    Jane jane;
    for (const auto& [name, octets] : test::mails("foreign")) {
        // Postern ends the line for the client, and everybody reads the same.
        if (name.find("ends-within-a-line") != std::string::npos) continue;
        if (octets.ends_with("\r\n")) EXPECT_EQ(jane.data(octets).code, 550) << name;
        EXPECT_EQ(jane.chunks(octets, octets.size() / 2).code, 550) << name;
    }
    EXPECT_EQ(jane.host.next_hop().count("END"), 0U);
    EXPECT_EQ(jane.host.next_hop().count("DATA"), 0U) << "nothing reaches the next hop";
}

TEST(HeaderRules, HoweverChunksSplitTheHeader) {
    Jane jane;
    for (const auto* head :
         {"From: ceo@example.org\r\n", "From: jane@example.org\r\nFrom: ceo@x.y\r\n",
          "Subject: x\r\nFrom : ceo@example.org\r\n"}) {
        const std::string foreign = std::string(head) + "\r\nHello\r\n";
        for (std::size_t cut = 0; cut <= foreign.size(); ++cut)
            EXPECT_EQ(jane.chunks(foreign, cut).code, 550) << foreign.substr(0, cut);
    }
    EXPECT_EQ(jane.host.next_hop().count("END"), 0U);
}

TEST(HeaderRules, ARefusalIsLoggedWithWhatWasAsked) {
    Jane jane;
    EXPECT_EQ(jane.data("From: ceo@example.org\r\n\r\n").text(),
              "550 5.7.1 Sender address is not owned by the authenticated user");
    EXPECT_NE(jane.host.log().find("asked=\"ceo@example.org\" field=\"From\""), std::string::npos)
        << jane.host.log();
    EXPECT_EQ(jane.data("Subject: x\r\n\r\n").lines.size(), 1U);
    EXPECT_NE(jane.host.log().find("header.refused"), std::string::npos) << jane.host.log();
}

TEST(HeaderRules, AreOffWhereTheSettingSaysSo) {
    Jane jane("session.auth.must-match-header-from = false\n");
    EXPECT_EQ(jane.data("From: ceo@example.org\r\n\r\nx\r\n").code, 250);
    EXPECT_EQ(jane.data("no header at all\r\n\r\nx\r\n").code, 250);
    EXPECT_TRUE(jane.delivered().ends_with("no header at all\r\n\r\nx\r\n"));
    EXPECT_EQ(jane.data("line without end of header\r\n").code, 250);
}

TEST(HeaderRules, MissingFieldsAreAddedWhereTheSettingsSaySo) {
    Jane jane(
        "session.auth.missing-from = \"add\"\n"
        "session.relay.add-missing = [\"date\", \"message-id\"]\n");
    EXPECT_EQ(jane.data("Subject: scan\r\n\r\nx\r\n").code, 250);
    const auto added = jane.delivered();
    EXPECT_NE(added.find("\r\nFrom: jane@example.org\r\n"), std::string::npos) << added;
    EXPECT_NE(added.find("\r\nDate: "), std::string::npos) << added;
    EXPECT_NE(added.find("\r\nMessage-ID: <"), std::string::npos) << added;
    EXPECT_LT(added.find("Received:"), added.find("Date:"));
    EXPECT_EQ(jane.data("Date: today\r\nMessage-Id: <1@x>\r\n" + mail).code, 250);
    EXPECT_EQ(jane.delivered().find("\r\nDate: ", jane.delivered().find("Message-Id")),
              std::string::npos);
    EXPECT_TRUE(jane.delivered().ends_with(
        ";\r\n" + jane.delivered().substr(jane.delivered().find(";\r\n") + 3)));
}

TEST(HeaderRules, StrangersMayNotBeOfTheLocalDomains) {
    SessionHost host(
        "session.auth.require = false\nsession.rcpt.local-domains = [\"example.org\"]\n");
    SmtpClient client(host.port());
    client.greet();
    const auto send = [&](const std::string& message) {
        client.pipeline(
            {"MAIL FROM:<friend@outside.example>", "RCPT TO:<bob@example.org>", "DATA"});
        return client.command(message + "\r\n\r\nHello\r\n.").code;
    };
    EXPECT_EQ(send("From: friend@outside.example"), 250);
    EXPECT_EQ(send("From: ceo@example.org"), 550);
    EXPECT_EQ(send("From: friend@outside.example\r\nSender: ceo@example.org"), 550);
}

TEST(BareNewlines, InTheBodyBecomeLinesWhereTheSettingSaysSo) {
    struct Case {
        std::string sent, got;
    };
    const Case cases[] = {
        {"a\nb\r\n", "a\r\nb\r\n"},
        {"a\rb\r\n", "a\r\nb\r\n"},
        {"\n\n.\r\n", "\r\n\r\n..\r\n"},
        {"a\n.\r\nMAIL FROM:<ceo@example.org>\r\n", "a\r\n..\r\nMAIL FROM:<ceo@example.org>\r\n"},
        {"a\r.\r\nb\r\n", "a\r\n..\r\nb\r\n"},
        {"a\r\r\nb\r\n", "a\r\n\r\nb\r\n"},
    };
    Jane jane("session.relay.bare-newline = \"[normalize]\"\n");
    for (const auto& each : cases) {
        SCOPED_TRACE(testing::PrintToString(each.sent));
        const std::string header = "From: jane@example.org\r\n\r\n";
        jane.begin();
        EXPECT_EQ(jane.client.command("DATA").code, 354);
        jane.client.send(header + each.sent);
        EXPECT_EQ(jane.client.command(".").code, 250);
        EXPECT_TRUE(jane.delivered().ends_with(header + each.got)) << jane.delivered();
        const auto message = header + each.sent;
        for (std::size_t cut = header.size(); cut <= message.size(); ++cut) {
            EXPECT_EQ(jane.chunks(message, cut).code, 250);
            EXPECT_TRUE(jane.delivered().ends_with(header + each.got)) << jane.delivered();
        }
    }
    EXPECT_EQ(jane.data("From: jane@example.org\nX: y\r\n\r\n").code, 550) << "not in the header";
    EXPECT_EQ(jane.data(std::string("From: jane@example.org\r\n\r\na\0b\r\n", 31)).code, 550);
}

}  // namespace
}  // namespace postern::session
