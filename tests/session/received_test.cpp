#include "session/received.hpp"

#include <gtest/gtest.h>

namespace postern::session {
namespace {

Trace plain_trace() {
    Trace trace;
    trace.helo = "client.example";
    trace.address = "192.0.2.1";
    trace.hostname = "gate.example.org";
    trace.session = "abc";
    return trace;
}

TEST(Received, SaysWhatRfc5321Asks) {
    auto trace = plain_trace();
    trace.tls = trace.authenticated = true;
    trace.tls_version = "TLSv1.3";
    trace.tls_cipher = "TLS_AES_256_GCM_SHA384";
    trace.recipient = "bob@example.net";
    EXPECT_EQ(received_field(trace),
              "Received: from client.example ([192.0.2.1])\r\n"
              "\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384)\r\n"
              "\tby gate.example.org with ESMTPSA id abc\r\n"
              "\tfor <bob@example.net>;\r\n"
              "\tThu, 1 Jan 1970 00:00:00 +0000\r\n");
}

TEST(Received, ProtocolNamesAreThoseOfRfc3848And6531) {
    struct Case {
        bool extended, tls, authenticated, smtputf8;
        const char* expected;
    };
    const Case cases[] = {
        {false, false, false, false, " with SMTP id"},
        {true, false, false, false, " with ESMTP id"},
        {true, true, false, false, " with ESMTPS id"},
        {true, false, true, false, " with ESMTPA id"},
        {true, true, true, false, " with ESMTPSA id"},
        {true, true, true, true, " with UTF8SMTPSA id"},
        {true, false, false, true, " with UTF8SMTP id"},
    };
    for (const auto& each : cases) {
        auto trace = plain_trace();
        trace.extended = each.extended;
        trace.tls = each.tls;
        trace.tls_version = trace.tls_cipher = "x";
        trace.authenticated = each.authenticated;
        trace.smtputf8 = each.smtputf8;
        EXPECT_NE(received_field(trace).find(each.expected), std::string::npos)
            << received_field(trace);
    }
}

TEST(Received, AHeloWordIsAtomsOrQuotedOrUnknown) {
    struct Case {
        std::string helo, expected;
    };
    const Case cases[] = {
        {"my_pc", "from my_pc "},
        {"[192.0.2.7]", "from [192.0.2.7] "},
        {"[IPv6:2001:db8::1]", "from [IPv6:2001:db8::1] "},
        {"two words", "from \"two words\" "},
        {"a(b)c", "from \"a\\(b\\)c\" "},
        {"a\"b\\", "from \"a\\\"b\\\\\" "},
        {"evil] (trusted", "from \"evil] \\(trusted\" "},
        {"m\xc3\xbcller.example", "from unknown "},
        {std::string(300, 'x'), "from unknown "},
        {"", "from unknown "},
    };
    for (const auto& each : cases) {
        auto trace = plain_trace();
        trace.helo = each.helo;
        EXPECT_TRUE(received_field(trace).starts_with("Received: " + each.expected))
            << received_field(trace);
    }
}

TEST(Received, TellsAddressAndLoginOnlyWhenGiven) {
    auto trace = plain_trace();
    trace.address.clear();
    EXPECT_EQ(received_field(trace).find("192.0.2.1"), std::string::npos);
    trace.login = "jane";
    EXPECT_NE(received_field(trace).find("(authenticated as jane)"), std::string::npos);
    trace.address = "2001:db8::1";
    EXPECT_NE(received_field(trace).find("([IPv6:2001:db8::1])"), std::string::npos);
}

}  // namespace
}  // namespace postern::session
