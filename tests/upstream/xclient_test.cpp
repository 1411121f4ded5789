#include "upstream/xclient.hpp"

#include <gtest/gtest.h>

namespace postern::upstream {
namespace {

const std::vector<std::string> postfix{"NAME", "ADDR",  "PROTO",    "HELO",    "REVERSE_NAME",
                                       "PORT", "LOGIN", "DESTADDR", "DESTPORT"};

ClientIdentity jane() {
    ClientIdentity client;
    client.address = "192.0.2.1";
    client.port = 51234;
    client.local_address = "198.51.100.7";
    client.local_port = 587;
    client.helo = "my_pc";
    client.login = "jane@example.org";
    return client;
}

std::string value(const std::optional<std::string>& command, std::string_view attribute) {
    if (!command) return "(no command)";
    const auto start = command->find(" " + std::string(attribute) + "=");
    if (start == std::string::npos) return "(missing)";
    const auto from = start + attribute.size() + 2;
    return command->substr(from, command->find(' ', from) - from);
}

TEST(Xclient, SaysEverythingInOneCommand) {
    EXPECT_EQ(xclient_command(jane(), postfix),
              "XCLIENT NAME=[UNAVAILABLE] REVERSE_NAME=[UNAVAILABLE] ADDR=192.0.2.1 PORT=51234 "
              "PROTO=ESMTP LOGIN=jane@example.org DESTADDR=198.51.100.7 DESTPORT=587 HELO=my_pc");
}

TEST(Xclient, SaysOnlyWhatIsListed) {
    EXPECT_EQ(xclient_command(jane(), {"NAME", "ADDR", "LOGIN"}),
              "XCLIENT NAME=[UNAVAILABLE] ADDR=192.0.2.1 LOGIN=jane@example.org");
}

TEST(Xclient, NeedsNameAddressAndLogin) {
    EXPECT_TRUE(knows_xclient(postfix));
    EXPECT_TRUE(knows_xclient({"LOGIN", "ADDR", "NAME"}));
    EXPECT_FALSE(knows_xclient({"ADDR", "LOGIN", "PORT", "HELO"}));
    EXPECT_FALSE(knows_xclient({"NAME", "LOGIN"}));
    EXPECT_FALSE(knows_xclient({"NAME", "ADDR", "PROTO", "HELO"}));
    EXPECT_FALSE(knows_xclient({}));
}

TEST(Xclient, AddressesAreWrittenAsPostfixReadsThem) {
    struct Case {
        std::string address, expected;
    };
    const Case cases[] = {
        {"192.0.2.1", "192.0.2.1"},
        {"2001:db8::1", "IPV6:2001:db8::1"},
        {"::1", "IPV6:::1"},
        {"fe80::1%eth0", "IPV6:fe80::1"},
        {"::ffff:192.0.2.1", "192.0.2.1"},
        {"", "[UNAVAILABLE]"},
        {"mail.example.org", "[UNAVAILABLE]"},
        {"192.0.2.1 LOGIN=admin", "[UNAVAILABLE]"},
    };
    for (const auto& each : cases) {
        auto client = jane();
        client.address = each.address;
        EXPECT_EQ(value(xclient_command(client, postfix), "ADDR"), each.expected) << each.address;
    }
}

TEST(Xclient, HeloCannotSayMoreThanItself) {
    struct Case {
        std::string helo, expected;
    };
    const Case cases[] = {
        {"mail.example.org", "mail.example.org"},
        {"[192.0.2.1]", "[192.0.2.1]"},
        {"", "[UNAVAILABLE]"},
        {"a LOGIN=admin", "a+20LOGIN+3Dadmin"},
        {"a\r\nXCLIENT LOGIN=x", "a+0D+0AXCLIENT+20LOGIN+3Dx"},
        {"a+b", "a+2Bb"},
        {"p\xC3\xBC.example", "p+C3+BC.example"},
        {std::string(300, 'h'), std::string(255, 'h')},
        // 85 encoded octets are 255; what does not fit is not cut in its middle.
        {std::string(100, '='), "+3D"},
        {"h" + std::string(100, '='), "h+3D"},
    };
    for (const auto& each : cases) {
        auto client = jane();
        client.helo = each.helo;
        const auto helo = value(xclient_command(client, postfix), "HELO");
        if (each.expected.ends_with("+3D") && each.helo.size() >= 100) {
            EXPECT_TRUE(helo.starts_with(each.expected) && helo.ends_with("+3D")) << helo;
            EXPECT_GT(helo.size(), 250U);
        } else {
            EXPECT_EQ(helo, each.expected);
        }
        EXPECT_LE(helo.size(), 255U);
    }
}

TEST(Xclient, ALoginIsToldWholeOrNotAtAll) {
    struct Case {
        std::string login, expected;
    };
    const Case cases[] = {
        {"jane", "jane"},
        {"", "[UNAVAILABLE]"},
        {"jane doe", "jane+20doe"},
        {"jane+tag@example.org", "jane+2Btag@example.org"},
        {"j\xC3\xA4ne", "j+C3+A4ne"},
        {std::string(255, 'x'), std::string(255, 'x')},
        {std::string(256, 'x'), "(no command)"},
        {std::string(86, '='), "(no command)"},
        // Words of the protocol are not somebody's name.
        {"[UNAVAILABLE]", "(no command)"},
        {"[TEMPUNAVAIL]", "(no command)"},
    };
    for (const auto& each : cases) {
        auto client = jane();
        client.login = each.login;
        EXPECT_EQ(value(xclient_command(client, postfix), "LOGIN"), each.expected) << each.login;
    }
}

TEST(Xclient, UnknownPortsAndPlainHeloAreSaid) {
    auto client = jane();
    client.port = 0;
    client.local_address = "";
    client.local_port = 0;
    client.extended = false;
    const auto command = xclient_command(client, postfix);
    EXPECT_EQ(value(command, "PORT"), "[UNAVAILABLE]");
    EXPECT_EQ(value(command, "DESTADDR"), "[UNAVAILABLE]");
    EXPECT_EQ(value(command, "DESTPORT"), "[UNAVAILABLE]");
    EXPECT_EQ(value(command, "PROTO"), "SMTP");
}

// RFC 5321 4.5.3.1.4, and Postfix's own limit of 255 octets per value.
TEST(Xclient, TheLineStaysWithinTheLimit) {
    auto client = jane();
    client.address = client.local_address = "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff";
    client.port = client.local_port = 65535;
    client.login = std::string(255, 'l');
    client.helo = std::string(255, 'h');
    const auto command = xclient_command(client, postfix);
    ASSERT_TRUE(command);
    EXPECT_EQ(command->size(), 510U);
    EXPECT_EQ(value(command, "LOGIN"), client.login);
    EXPECT_GT(value(command, "HELO").size(), 40U);
}

}  // namespace
}  // namespace postern::upstream
