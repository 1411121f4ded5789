#include "remote/imap_response_parser.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace postern::remote {

// For gtest's messages.
void PrintTo(const ImapResponse& response, std::ostream* out) {
    *out << static_cast<int>(response.kind) << " " << response.tag << " " << response.name << " ["
         << response.code << " " << response.arguments << "] " << response.text;
}

namespace {

using testing::ElementsAre;
using testing::SizeIs;
using Kind = ImapResponse::Kind;
using Status = ImapResponseParser::Status;

struct Reading {
    std::vector<ImapResponse> responses;
    std::string why;  // empty: no garbage
};

Reading read(std::string_view octets, std::size_t piece = std::string_view::npos) {
    Reading reading;
    ImapResponseParser parser;
    while (!octets.empty()) {
        auto input = octets.substr(0, piece);
        const auto given = input.size();
        const auto status = parser.feed(input);
        octets.remove_prefix(given - input.size());
        if (status == Status::complete) reading.responses.push_back(parser.take());
        if (status == Status::garbage) {
            reading.why = parser.why();
            break;
        }
    }
    return reading;
}

struct Case {
    std::string octets;
    ImapResponse expected;
};

TEST(ImapResponseParser, ReadsOneResponseHoweverItIsCut) {
    const std::vector<Case> cases{
        {"* OK ready\r\n", {Kind::untagged, "", "OK", "", "", "ready"}},
        {"* ok ready\n", {Kind::untagged, "", "OK", "", "", "ready"}},
        {"* OK\r\n", {Kind::untagged, "", "OK", "", "", ""}},
        {"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n",
         {Kind::untagged, "", "OK", "CAPABILITY", "IMAP4rev1 AUTH=PLAIN", "hi"}},
        {"A1 NO [AUTHENTICATIONFAILED] Authentication failed.\r\n",
         {Kind::tagged, "A1", "NO", "AUTHENTICATIONFAILED", "", "Authentication failed."}},
        {"A1 NO [alert]\r\n", {Kind::tagged, "A1", "NO", "ALERT", "", ""}},
        {"A1 BAD what? \r\n", {Kind::tagged, "A1", "BAD", "", "", "what?"}},
        {"* BYE Too many\r\n", {Kind::untagged, "", "BYE", "", "", "Too many"}},
        {"* CAPABILITY IMAP4rev1 ID\r\n",
         {Kind::untagged, "", "CAPABILITY", "", "", "IMAP4rev1 ID"}},
        {"* 3 EXISTS\r\n", {Kind::untagged, "", "3", "", "", "EXISTS"}},
        {"+ \r\n", {Kind::continuation, "", "", "", "", ""}},
        {"+\r\n", {Kind::continuation, "", "", "", "", ""}},
        {"+ go on {3}\r\n", {Kind::continuation, "", "", "", "", "go on {3}"}},
        {"A1 NO words {3}\r\n", {Kind::tagged, "A1", "NO", "", "", "words {3}"}},
        {"A1 NO [ALERT] \"words {3}\r\n", {Kind::tagged, "A1", "NO", "ALERT", "", "\"words {3}"}},
        {"* ID (\"name\" {7}\r\nDov\r\not \"a\" NIL)\r\n",
         {Kind::untagged, "", "ID", "", "", "(\"name\" \"\" \"a\" NIL)"}},
        {"* ID ({0}\r\n {2+}\r\nab)\r\n", {Kind::untagged, "", "ID", "", "", "(\"\" \"\")"}},
        {"* NO [BADCHARSET (\"a]b\" {3}\r\nx]y)] sorry\r\n",
         {Kind::untagged, "", "NO", "BADCHARSET", "(\"a]b\" \"\")", "sorry"}},
        {"* OK gr\xC3\xBC\xC3\x9F\x07\r\n", {Kind::untagged, "", "OK", "", "", "gr?????"}},
        {"* ID (\"{3}\")\r\n", {Kind::untagged, "", "ID", "", "", "(\"{3}\")"}},
        {"* LIST {x}\r\n", {Kind::untagged, "", "LIST", "", "", "{x}"}},
    };
    for (const auto& [octets, expected] : cases)
        for (const std::size_t piece : {std::string::npos, std::size_t{1}, std::size_t{3}}) {
            const auto reading = read(octets, piece);
            EXPECT_EQ(reading.why, "") << octets;
            EXPECT_THAT(reading.responses, ElementsAre(expected)) << octets;
        }
}

TEST(ImapResponseParser, WhatIsNoResponseIsGarbage) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"\r\n", "a line that is no response"},
        {"HTTP/1.1\r\n", "a response without a name"},
        {"HTTP/1.1 400 Bad Request\r\n", "a tagged response that is none"},
        {"220 mx.example.org ESMTP\r\n", "a tagged response that is none"},
        {"( NO x\r\n", "a line that is no response"},
        {"*\r\n", "a response without a name"},
        {"*  OK\r\n", "a response without a name"},
        {"* OK [ALERT\r\n", "a response code without end"},
        {"* OK [A \"]\r\n", "a quoted string without end"},
        {"* ID (\"a\r\n", "a quoted string without end"},
        {std::string("* OK a\0b\r\n", 10), "a NUL in a line"},
        {"* ID {4294967296}\r\n", "a literal that is too long"},
        {"* ID {99999999999999999999999}\r\n", "a literal that is too long"},
        {"* OK [X {65537}\r\n", "a literal that is too long"},
    };
    for (const auto& [octets, why] : cases)
        for (const std::size_t piece : {std::string::npos, std::size_t{1}}) {
            const auto reading = read(octets, piece);
            EXPECT_EQ(reading.why, why) << octets;
            EXPECT_THAT(reading.responses, SizeIs(0)) << octets;
        }
}

TEST(ImapResponseParser, TakesOneAtATime) {
    ImapResponseParser parser;
    std::string_view input = "* OK a\r\n* OK b\r\nrest";
    EXPECT_EQ(parser.feed(input), Status::complete);
    EXPECT_EQ(input, "* OK b\r\nrest");
    EXPECT_EQ(parser.take().text, "a");
    EXPECT_EQ(parser.feed(input), Status::complete);
    EXPECT_EQ(parser.take().text, "b");
    EXPECT_EQ(parser.feed(input), Status::incomplete);
    EXPECT_EQ(input, "");
}

TEST(ImapResponseParser, KeepsNoMoreThanALine) {
    ImapResponseParser parser;
    const std::string much(1000, 'x');
    std::size_t fed = 0;
    for (auto status = Status::incomplete; status == Status::incomplete; fed += much.size()) {
        std::string_view input = much;
        status = parser.feed(input);
    }
    EXPECT_LE(fed, ImapResponseParser::max_line + 2 * much.size());
    EXPECT_STREQ(parser.why(), "a line without end");
}

TEST(ImapResponseParser, ATaggedResponseComesInTheEnd) {
    std::string octets;
    for (std::size_t i = 0; i < ImapResponseParser::max_untagged; ++i)
        octets += "* 1 EXISTS\r\n";
    EXPECT_EQ(read(octets + "A1 OK\r\n" + octets).why, "");
    EXPECT_EQ(read(octets + "* 1 EXISTS\r\n").why, "untagged responses without end");
}

}  // namespace
}  // namespace postern::remote
