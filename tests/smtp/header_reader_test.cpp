#include "smtp/header_reader.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace postern::smtp {

namespace {

using namespace std::string_literals;
using Rules = HeaderReader::Rules;

std::string list(const std::vector<std::vector<WrittenMailbox>>& fields) {
    std::string text;
    for (const auto& field : fields) {
        text += text.empty() ? "" : " | ";
        for (const auto& each : field)
            text += (&each == &field.front() ? "" : " ") + each.mailbox.text();
    }
    return text;
}

// Fed octet by octet and whole; that the places between change nothing is Mails' test.
HeaderReader read(std::string_view octets, Rules rules = {}) {
    HeaderReader whole(rules);
    HeaderReader slow(rules);
    const auto taken = whole.feed(octets);
    for (std::size_t i = 0; i < octets.size() && slow.feed(octets.substr(i, 1)) == 1; ++i) {
    }
    EXPECT_EQ(slow.complete(), whole.complete());
    if (whole.complete()) {
        EXPECT_EQ(taken, whole.octets());
        EXPECT_EQ(slow.octets(), whole.octets());
    }
    whole.finish();
    slow.finish();
    EXPECT_EQ(slow.refusal(), whole.refusal()) << testing::PrintToString(octets);
    if (!whole.refusal()) EXPECT_EQ(slow.header(), whole.header()) << octets;
    EXPECT_NE(whole.complete(), whole.refusal().has_value());
    return whole;
}

void expect_refused(HeaderFault fault, const std::vector<std::string>& table, Rules rules = {}) {
    for (const auto& octets : table) {
        const auto reader = read(octets, rules);
        ASSERT_TRUE(reader.refusal()) << testing::PrintToString(octets);
        EXPECT_EQ(reader.refusal()->fault, fault)
            << testing::PrintToString(octets) << " " << reader.refusal()->text();
    }
}

void expect_taken(const std::vector<std::string>& table, Rules rules = {}) {
    for (const auto& octets : table) {
        const auto reader = read(octets, rules);
        EXPECT_FALSE(reader.refusal())
            << testing::PrintToString(octets) << " " << reader.refusal()->text();
    }
}

TEST(HeaderReader, YieldsTheMailboxesOfAddressFields) {
    const auto reader = read(
        "Received: by x\r\n"
        "Resent-From: a@x.test\r\n"
        "RESENT-SENDER: b@x.test\r\n"
        "resent-to: not looked at\r\n"
        "From: Jane <c@x.test>,\r\n d@x.test\r\n"
        "Sender:\r\n\te@x.test\r\n"
        "Resent-From: f@x.test\r\n"
        "From: g@x.test\r\n"
        "From-What: h\r\n"
        "\r\n"
        "From: body@x.test\r\n");
    const auto& header = reader.header();
    EXPECT_EQ(list(header.from), "c@x.test d@x.test | g@x.test");
    EXPECT_EQ(list(header.sender), "e@x.test");
    EXPECT_EQ(list(header.resent_from), "a@x.test | f@x.test");
    EXPECT_EQ(list(header.resent_sender), "b@x.test");
    EXPECT_EQ(header.fields, 9U);
    EXPECT_FALSE(header.date);
    EXPECT_FALSE(header.message_id);
}

TEST(HeaderReader, KnowsWhetherDateAndMessageIdAreThere) {
    struct Case {
        std::string octets;
        bool date, message_id;
    };
    const Case cases[] = {
        {"Subject: Date: x\r\n\r\n", false, false},
        {"Date: x\r\n\r\n", true, false},
        {"DATE:\r\n\r\n", true, false},
        {"message-id: <1@x>\r\n\r\n", false, true},
        {"X: y\r\n Date: z\r\n\r\n", false, false},
        {"Date-X: y\r\nX-Message-ID: z\r\n\r\n", false, false},
        {"Resent-Date: y\r\nResent-Message-ID: z\r\n\r\n", false, false},
        {"Subject: x\r\n\r\nDate: y\r\n", false, false},
        {"Message-ID:\r\n <1@x>\r\nDate: z\r\n\r\n", true, true},
    };
    for (const auto& each : cases) {
        const auto reader = read(each.octets);
        ASSERT_TRUE(reader.complete()) << each.octets;
        EXPECT_EQ(reader.header().date, each.date) << each.octets;
        EXPECT_EQ(reader.header().message_id, each.message_id) << each.octets;
    }
}

TEST(HeaderReader, TakesTheHeaderWithItsEmptyLineAndNothingBehindIt) {
    const std::vector<std::pair<std::string, std::uint64_t>> table = {
        {"", 0},           {"\r\n", 2},         {"\r\n\r\n", 2},
        {"A: b\r\n", 6},   {"A: b\r\n\r\n", 8}, {"A: b\r\n\r\nno field\n\0"s, 8},
        {"A:\r\n\r\n", 6},
    };
    for (const auto& [octets, expected] : table) {
        const auto reader = read(octets);
        EXPECT_TRUE(reader.complete()) << octets;
        EXPECT_EQ(reader.octets(), expected) << octets;
    }
    HeaderReader reader({});
    EXPECT_EQ(reader.feed("A: b\r\n\r\n"), 8U);
    EXPECT_EQ(reader.feed("more"), 0U);
}

TEST(HeaderReader, TakesFieldsOfAnyNameThatIsOne) {
    expect_taken({"!#$%&'*+-/=?^_`{|}~: x\r\n\r\n", "\"(),.;<>@[\\]: x\r\n\r\n", "A:\r\n\r\n",
                  "A::\r\n\r\n", "A:b\r\n\tc\r\n d\r\n\r\n", std::string(5000, 'a') + ": x\r\n\r\n",
                  "Subject: \xFF\x80 Latin-1\r\n\r\n", "Subject: \x1B$B;3\x1B(B\r\n\r\n",
                  "Resent-To: \xFF, , <>\r\n\r\n", "Reply-To: \xFF <<>>\r\n\r\n"});
}

TEST(HeaderReader, RefusesLinesThatAreNoField) {
    expect_refused(
        HeaderFault::not_a_field,
        {"hello\r\n", "hello\r\n\r\n", "From jane@x.test Fri Nov 20 10:00:00 2026\r\n",
         "From : jane@x.test\r\n", "From\t: jane@x.test\r\n", "From\r\n : jane@x.test\r\n",
         ": x\r\n", ":\r\n", "A b: c\r\n", "A: b\r\nc\r\n", "A: b\r\n>From x: y\r\n", "\x7F: x\r\n",
         "\x01: x\r\n", "\u0424rom: x\r\n", "\xFF: x\r\n",
         "\xEF\xBB\xBF"
         "From: x\r\n"});
    expect_refused(HeaderFault::nothing_to_continue,
                   {" From: jane@x.test\r\n", "\tA: b\r\n", " \r\n", " "});
    expect_refused(HeaderFault::blank_continuation,
                   {"A: b\r\n \r\n\r\n", "A: b\r\n\t \t\r\n c\r\n", "A:\r\n \r\n",
                    "A: b\r\n  \r\nB: c\r\n", "A: b\r\n c\r\n \r\n"});
}

TEST(HeaderReader, RefusesWhatEndsALineForSomebody) {
    expect_refused(HeaderFault::nul, {"\0: a\r\n"s, "A\0: b\r\n"s, "A: \0\r\n"s, "A: b\r\n\0"s,
                                      "A: b\r\n c\0\r\n"s, "A: b\0"s});
    expect_refused(HeaderFault::bare_cr,
                   {"A: b\rB: c\r\n", "A: b\r\r\n", "\rA: b\r\n", "\r\r\n", "A\r: b\r\n",
                    "A: b\r\n\rB: c\r\n", "A: b\r \r\n", "A: b\r\0"s});
    expect_refused(HeaderFault::bare_lf, {"A: b\nB: c\r\n", "\n", "A: b\r\n\n",
                                          "A: b\r\n\nB: c\r\n", "A: b\n", "A: b\n\r\n"});
    for (const char c : {'\v', '\f', '\x1C', '\x1D', '\x1E'})
        expect_refused(HeaderFault::line_break,
                       {"A: b"s + c + "B: c\r\n", "A: b\r\n"s + c + "\r\n"});
}

TEST(HeaderReader, RefusesAMessageThatEndsWithinALine) {
    expect_refused(HeaderFault::unfinished, {"A", "A:", "A: b", "A: b\r", "A: b\r\nB", "A: b\r\n c",
                                             "A: b\r\n\r", "\r", ".", "A: b\r\n."});
}

TEST(HeaderReader, ReadsBehindTheDotOfDotStuffing) {
    struct Case {
        std::string octets;
        std::string stuffed, plain;  // the mailboxes of From
    };
    const Case cases[] = {
        {".From: a@x.test\r\n\r\n", "a@x.test", ""},
        {"..From: a@x.test\r\n\r\n", "", ""},
        {"From: a@x.test,\r\n. b@x.test\r\nX: y\r\n\r\n", "a@x.test b@x.test", "error"},
        {".: x\r\n\r\n", "error", ""},
        {"..: x\r\n\r\n", "", ""},
        {". x\r\n\r\n", "error", "error"},
        {".\r\n", "error", "error"},
        {"A: b\r\n.\r\n", "error", "error"},
        {"A: b\r\n..\r\n", "error", "error"},
    };
    for (const auto& each : cases) {
        const auto from = [&](bool dot_stuffed) {
            const auto reader = read(each.octets, {.dot_stuffed = dot_stuffed});
            return reader.refusal() ? "error" : list(reader.header().from);
        };
        EXPECT_EQ(from(true), each.stuffed) << each.octets;
        EXPECT_EQ(from(false), each.plain) << each.octets;
    }
}

TEST(HeaderReader, RefusesAnAddressFieldThatDoesNotParse) {
    const std::vector<std::pair<std::string, AddressFieldError>> table = {
        {"From:\r\n\r\n", AddressFieldError::no_mailbox},
        {"From: jane\r\n\r\n", AddressFieldError::no_domain},
        {"from: <\r\nX: y\r\n", AddressFieldError::syntax},
        {"Sender: jane\xC3\xA9@x.test\r\n\r\n", AddressFieldError::eight_bit},
        {"Sender: jane\xC3@x.test\r\n\r\n", AddressFieldError::not_text},
        {"Sender: a@x.test, b@x.test\r\n\r\n", AddressFieldError::several_senders},
        {"Resent-Sender: a@x.test, b@x.test\r\n\r\n", AddressFieldError::several_senders},
        {"Resent-From: a@x.test\r\nResent-From: b\r\n\r\n", AddressFieldError::no_domain},
        {"From: a@x.test\r\nFrom: <@a:b@x.test>\r\n", AddressFieldError::source_route},
    };
    for (const auto& [octets, error] : table) {
        const auto reader = read(octets);
        ASSERT_TRUE(reader.refusal()) << octets;
        EXPECT_EQ(reader.refusal()->fault, HeaderFault::bad_address_field) << octets;
        EXPECT_EQ(reader.refusal()->address, error) << octets;
    }
    EXPECT_EQ(read("FROM: jane\r\n\r\n").refusal()->text(), "FROM: an address has no domain");
    EXPECT_EQ(read(" x\r\n").refusal()->text(), "header: the first line begins with a blank");
}

TEST(HeaderReader, TakesUtf8InAddressFieldsOnlyWithSmtputf8) {
    const auto octets = "From: jan\u00e9@x.test\r\n\r\n"s;
    expect_refused(HeaderFault::bad_address_field, {octets});
    expect_taken({octets}, {.smtputf8 = true});
}

std::string folded(const std::string& name, std::size_t octets) {
    std::string field = name;
    std::size_t unfolded = name.size();
    while (unfolded < octets) {
        const auto line = std::min<std::size_t>(octets - unfolded, 900);
        field += "\r\n " + std::string(line - 1, 'x');
        unfolded += line;
    }
    return field;
}

TEST(HeaderReader, LimitsItsFieldsAndTheLinesOfAddressFields) {
    const auto comment = [](const std::string& name, std::size_t octets) {
        return folded(name + ": jane@x.test (", octets - 1) + ")\r\n\r\n";
    };
    expect_taken({comment("From", 8192), comment("Sender", 8192), comment("Resent-Sender", 8192),
                  folded("Resent-Cc:", 8192) + "\r\n\r\n", folded("To:", 65536) + "\r\n\r\n",
                  "X: " + std::string(65533, 'x') + "\r\n\r\n",
                  "From: jane@x.test" + std::string(981, ' ') + "\r\n\r\n",
                  "Resent-To: " + std::string(987, 'x') + "\r\n\r\n"});
    expect_refused(HeaderFault::field_too_long,
                   {comment("From", 8193), comment("Sender", 8193), comment("Resent-From", 8193),
                    folded("Resent-Cc:", 8193) + "\r\n\r\n", folded("To:", 65537) + "\r\n\r\n",
                    "X: " + std::string(65534, 'x') + "\r\n\r\n", std::string(70000, 'x')});
    expect_refused(HeaderFault::line_too_long,
                   {"From: jane@x.test" + std::string(982, ' ') + "\r\n\r\n",
                    "From: jane@x.test\r\n (" + std::string(997, 'x') + ")\r\n\r\n",
                    "Resent-To: " + std::string(988, 'x') + "\r\n\r\n",
                    "Resent-" + std::string(2000, 'x') + ": y\r\n\r\n"});
}

TEST(HeaderReader, LimitsTheNumberOfAddressFields) {
    std::string fields;
    for (int i = 0; i < 16; ++i)
        fields += "Resent-From: a@x.test\r\n";
    expect_taken({fields + "\r\n"});
    expect_refused(HeaderFault::too_many_address_fields,
                   {fields + "Resent-From: a@x.test\r\n\r\n"});
}

}  // namespace

}  // namespace postern::smtp
