#include "upstream/factory.hpp"

#include <gtest/gtest.h>

#include "config/section.hpp"
#include "support/temporary_directory.hpp"
#include "upstream/conversation.hpp"
#include "upstream/maildir_next_hop.hpp"
#include "upstream/smtp_next_hop.hpp"
#include "upstream/smtp_settings.hpp"

namespace postern::upstream {
namespace {

using namespace test;
using namespace std::chrono_literals;

struct Made {
    std::shared_ptr<NextHop> next_hop;
    std::string problems;
};

class FactoryTest : public testing::Test {
 protected:
    Made make(std::string_view keys) {
        auto document = document_of(keys);
        Made made;
        for (auto& [name, section] : document.root().tables("next-hop")) {
            made.next_hop = make_next_hop(name, section, {"gate.example.net", pool, log});
        }
        document.report_unknown_keys();
        for (const auto& problem : document.problems())
            made.problems += problem.text() + "\n";
        return made;
    }

    static SmtpNextHopSettings read(std::string_view keys) {
        auto document = document_of(keys);
        SmtpNextHopSettings settings;
        for (auto& [name, section] : document.root().tables("next-hop")) {
            settings = SmtpNextHopSettings::read(section);
        }
        EXPECT_TRUE(document.problems().empty()) << document.problems().front().text();
        return settings;
    }

    static config::Document document_of(std::string_view keys) {
        return config::Document::parse("[next-hop.x]\n" + std::string(keys), "postern.toml");
    }

    net::BlockingPool pool{1, 8};
    CapturedLog log;
};

TEST_F(FactoryTest, TheTypeChoosesTheNextHop) {
    const auto smtp = make("type = 'smtp'\naddress = 'mx.example.org'\ntls.starttls = 'never'\n");
    EXPECT_EQ(smtp.problems, "");
    EXPECT_NE(dynamic_cast<SmtpNextHop*>(smtp.next_hop.get()), nullptr);
    const auto maildir = make("type = 'maildir'\npath = '/var/mail'\nper-recipient = true\n");
    EXPECT_EQ(maildir.problems, "");
    ASSERT_NE(dynamic_cast<MaildirNextHop*>(maildir.next_hop.get()), nullptr);
    EXPECT_EQ(maildir.next_hop->name(), "x");
}

TEST_F(FactoryTest, WrongSettingsAreProblemsAndNoNextHop) {
    struct Case {
        const char* keys;
        const char* expected;  // somewhere in the problems
    };
    const Case cases[] = {
        {"address = 'mx:25'\n", "a next hop needs a type"},
        {"type = 'lmtp'\n", "\"smtp\", \"maildir\""},
        {"type = 'smtp'\n", "needs an address"},
        {"type = 'smtp'\naddress = []\n", "needs an address"},
        {"type = 'smtp'\naddress = 'mx:port'\n", "no host and port"},
        {"type = 'smtp'\naddress = ''\n", "no host and port"},
        {"type = 'maildir'\n", "path"},
        {"type = 'smtp'\naddress = 'mx'\ntls.ca = '/nonexistent/ca.pem'\n", "/nonexistent/ca.pem"},
    };
    for (const auto& each : cases) {
        const auto made = make(each.keys);
        EXPECT_EQ(made.next_hop, nullptr) << each.keys;
        EXPECT_NE(made.problems.find(each.expected), std::string::npos)
            << each.keys << made.problems;
    }
}

TEST_F(FactoryTest, WhatIsOnlyPartlyWrongIsAProblemToo) {
    struct Case {
        const char* keys;
        const char* expected;
    };
    const Case cases[] = {
        {"identity = 'xforward'\n", "\"none\", \"xclient\""},
        {"tls.starttls = 'maybe'\n", "\"require\", \"optional\", \"never\""},
        {"tls.implicit = true\ntls.starttls = 'require'\n", "STARTTLS cannot be required"},
        {"connections = 0\n", "connections"},
        {"wait = 'soon'\n", "wait"},
        {"timeouts.mail = '5 parsecs'\n", "mail"},
        {"tls.cafile = 'x'\n", "cafile"},
        {"indentity = 'xclient'\n", "identity"},
    };
    for (const auto& each : cases) {
        const auto made = make(std::string("type = 'smtp'\naddress = 'mx'\n") + each.keys);
        EXPECT_NE(made.problems.find(each.expected), std::string::npos)
            << each.keys << made.problems;
    }
    const auto relative = make("type = 'maildir'\npath = 'mail'\n");
    EXPECT_NE(relative.problems.find("no absolute path"), std::string::npos) << relative.problems;
}

TEST_F(FactoryTest, DefaultsAreSafe) {
    const auto settings = read("address = ['mx1', 'mx2:2525', '[2001:db8::1]:25']\n");
    ASSERT_EQ(settings.addresses.size(), 3U);
    EXPECT_EQ(settings.addresses[0].port, 25);
    EXPECT_EQ(settings.addresses[1].port, 2525);
    EXPECT_EQ(settings.addresses[2].host, "2001:db8::1");
    EXPECT_EQ(settings.starttls, StartTlsMode::require);
    EXPECT_EQ(settings.identity, IdentityMode::none);
    EXPECT_FALSE(settings.untrusted);
    EXPECT_FALSE(settings.implicit_tls);
    EXPECT_FALSE(settings.tls.allow_invalid_certs);
    EXPECT_EQ(settings.connections, 40U);
    EXPECT_EQ(settings.wait, 5s);
    EXPECT_EQ(settings.connect, 10s);
    EXPECT_EQ(read("address = 'mx'\ntls.implicit = true\n").addresses[0].port, 465);
}

TEST_F(FactoryTest, OnlyANextHopThatKnowsStrangersIsSafeForThem) {
    const std::string smtp = "type = 'smtp'\naddress = 'mx'\ntls.starttls = 'never'\n";
    EXPECT_FALSE(make(smtp).next_hop->safe_for_strangers());
    EXPECT_TRUE(make(smtp + "identity = 'xclient'\n").next_hop->safe_for_strangers());
    EXPECT_TRUE(make(smtp + "untrusted = true\n").next_hop->safe_for_strangers());
    EXPECT_TRUE(make("type = 'maildir'\npath = '/m'\n").next_hop->safe_for_strangers());
}

}  // namespace
}  // namespace postern::upstream
