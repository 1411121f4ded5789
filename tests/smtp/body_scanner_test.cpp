#include "smtp/body_scanner.hpp"

#include <gtest/gtest.h>

#include <random>

namespace postern::smtp {

namespace {

using namespace std::string_literals;
using Status = BodyScanner::Status;

const char* name(Status status) {
    switch (status) {
        case Status::more:
            return "more";
        case Status::end:
            return "end";
        case Status::bare_cr:
            return "bare CR";
        case Status::bare_lf:
            return "bare LF";
        case Status::nul:
            return "NUL";
    }
    return "";
}

// What became of a whole input: its message, why it ended, and what was left behind.
struct Outcome {
    std::string content;
    std::string status;
    std::string rest;

    friend bool operator==(const Outcome&, const Outcome&) = default;
    friend void PrintTo(const Outcome& outcome, std::ostream* stream) {
        *stream << testing::PrintToString(outcome.content) << ' ' << outcome.status << ' '
                << testing::PrintToString(outcome.rest);
    }
};

// Gives the octets in pieces, as a socket would: what was not consumed is scanned again with more.
Outcome scan(std::string_view octets, std::vector<std::size_t> pieces) {
    BodyScanner scanner;
    Outcome outcome{"", "more", ""};
    std::string buffer;
    pieces.push_back(octets.size());
    for (const std::size_t piece : pieces) {
        const std::string_view given = octets.substr(0, piece);
        octets.remove_prefix(given.size());
        buffer += given;
        const auto result = scanner.scan(buffer);
        outcome.content += buffer.substr(0, result.content);
        outcome.status = name(result.status);
        buffer.erase(0, result.consumed);
        if (result.status != Status::more) break;
        EXPECT_EQ(result.content, result.consumed);
        EXPECT_LE(buffer.size(), 2U);
    }
    outcome.rest = buffer + std::string(octets);
    return outcome;
}

// The same, octet by octet and in the words of RFC 5321.
Outcome reference(std::string_view octets) {
    bool line_start = true;
    std::size_t i = 0;
    const auto stop = [&](const char* status, std::size_t behind) {
        return Outcome{std::string(octets.substr(0, i)), status,
                       std::string(octets.substr(behind))};
    };
    for (; i < octets.size(); ++i) {
        const std::string_view rest = octets.substr(i);
        if (line_start && rest.starts_with(".\r\n")) return stop("end", i + 3);
        if (line_start && (rest == "." || rest == ".\r")) return stop("more", i);
        if (rest == "\r") return stop("more", i);
        if (rest.starts_with("\r\n")) {
            ++i;
            line_start = true;
            continue;
        }
        if (rest[0] == '\r') return stop("bare CR", i);
        if (rest[0] == '\n') return stop("bare LF", i);
        if (rest[0] == '\0') return stop("NUL", i);
        line_start = false;
    }
    return stop("more", i);
}

}  // namespace

TEST(BodyScanner, FindsTheEndOfDataAndNothingElse) {
    struct Case {
        std::string octets;
        Outcome expected;
    };
    const std::string line(100, 'x');
    const Case cases[] = {
        {"", {"", "more", ""}},
        {".\r\n", {"", "end", ""}},
        {".\r\nQUIT\r\n", {"", "end", "QUIT\r\n"}},
        {"a\r\n.\r\n", {"a\r\n", "end", ""}},
        {"\r\n.\r\n", {"\r\n", "end", ""}},
        {"a\r\n\r\nb\r\n.\r\nRSET\r\n", {"a\r\n\r\nb\r\n", "end", "RSET\r\n"}},
        {line + "\r\n.\r\n", {line + "\r\n", "end", ""}},
        {"a.\r\nb\r\n.\r\n", {"a.\r\nb\r\n", "end", ""}},
        {"..\r\n.\r\n", {"..\r\n", "end", ""}},
        {".a\r\n..b\r\n.\r\n", {".a\r\n..b\r\n", "end", ""}},
        {". \r\n.\r\n", {". \r\n", "end", ""}},
        {".\t\r\n", {".\t\r\n", "more", ""}},
        {"a", {"a", "more", ""}},
        {"a\r", {"a", "more", "\r"}},
        {"\r", {"", "more", "\r"}},
        {".", {"", "more", "."}},
        {".\r", {"", "more", ".\r"}},
        {"a\r\n.\r", {"a\r\n", "more", ".\r"}},
        {"a.", {"a.", "more", ""}},
        {"a\nb", {"a", "bare LF", "\nb"}},
        {"\n", {"", "bare LF", "\n"}},
        {"a\rb", {"a", "bare CR", "\rb"}},
        {"a\r\rb", {"a", "bare CR", "\r\rb"}},
        {"a\r\r\n", {"a", "bare CR", "\r\r\n"}},
        {"\n.\n", {"", "bare LF", "\n.\n"}},
        {"a\n.\r\n", {"a", "bare LF", "\n.\r\n"}},
        {"a\r\n.\n", {"a\r\n.", "bare LF", "\n"}},
        {"a\r\n.\r.\r\n", {"a\r\n.", "bare CR", "\r.\r\n"}},
        {"a\r.\r\n", {"a", "bare CR", "\r.\r\n"}},
        {".\n", {".", "bare LF", "\n"}},
        {".\rx", {".", "bare CR", "\rx"}},
        {"a\0b"s, {"a", "NUL", "\0b"s}},
        {"\r\0\n"s, {"", "bare CR", "\r\0\n"s}},
        {"a\r\n.\0\r\n"s, {"a\r\n.", "NUL", "\0\r\n"s}},
        {line + "\0"s, {line, "NUL", "\0"s}},
        {"8-bit \xFF\x8D\x8A\x80\r\n.\r\n", {"8-bit \xFF\x8D\x8A\x80\r\n", "end", ""}},
        {"a\x0B\x0C\x85\r\n.\r\n", {"a\x0B\x0C\x85\r\n", "end", ""}},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(scan(c.octets, {}), c.expected);
        EXPECT_EQ(reference(c.octets), c.expected);
    }
}

TEST(BodyScanner, FindsASpecialOctetAtEveryPlaceOfABlock) {
    for (const char special : {'\r', '\n', '\0'}) {
        for (std::size_t length = 1; length < 70; ++length) {
            for (std::size_t at = 0; at < length; ++at) {
                std::string octets(length, 'x');
                octets[at] = special;
                ASSERT_EQ(scan(octets, {}), reference(octets));
            }
        }
    }
}

// Octets that matter are frequent enough to meet in every way, at every distance.
TEST(BodyScanner, AgreesWithItsReferenceHoweverTheOctetsAreCut) {
    std::mt19937 random(20240229);
    const std::string pieces[] = {"\r\n",
                                  "\r\n.",
                                  "\r\n.\r\n",
                                  ".",
                                  "..",
                                  "x",
                                  "\t",
                                  "\xFF",
                                  "\r\n..",
                                  std::string(15, 'y'),
                                  std::string(76, 'z')};
    const std::string nasty[] = {"\r", "\n", "\0"s, "\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n"};
    for (int round = 0; round < 4000; ++round) {
        std::string octets;
        const auto parts = random() % 12;
        for (unsigned i = 0; i < parts; ++i)
            octets += random() % 10 == 0 ? nasty[random() % std::size(nasty)]
                                         : pieces[random() % std::size(pieces)];
        const Outcome expected = reference(octets);
        ASSERT_EQ(scan(octets, {}), expected);
        for (std::size_t cut = 0; cut <= octets.size(); ++cut)
            ASSERT_EQ(scan(octets, {cut}), expected);
        ASSERT_EQ(scan(octets, std::vector<std::size_t>(octets.size(), 1)), expected);
        const std::size_t first = random() % 20;
        ASSERT_EQ(scan(octets, {first, random() % 20, random() % 20}), expected);
    }
}

// RFC 5321 4.1.1.4 for those who tolerate a bare newline: what follows it starts no line, so
// "<LF>.<CR><LF>" never ends a message.
TEST(BodyScanner, StartsNoLineBehindABareNewline) {
    for (const std::string& octet : {"\n"s, "\r"s, "\0"s}) {
        BodyScanner scanner;
        ASSERT_NE(scanner.scan(octet + "x").status, Status::more);
        const auto result = scanner.scan(".\r\nmore\r\n.\r\n");
        EXPECT_EQ(result, (BodyScanner::Result{Status::end, 9, 12}));
    }
}

TEST(BodyScanner, IsReadyForTheNextMessage) {
    BodyScanner scanner;
    EXPECT_EQ(scanner.scan("a\r\n.\r\n").status, Status::end);
    EXPECT_EQ(scanner.scan(".\r\n").status, Status::end);
    EXPECT_EQ(scanner.scan("abc").status, Status::more);
    scanner.reset();
    EXPECT_EQ(scanner.scan(".\r\n").status, Status::end);
}

TEST(BodyScanner, KeepsAtMostTwoOctetsAndTheirMeaning) {
    BodyScanner scanner;
    EXPECT_EQ(scanner.scan("a\r\n"), (BodyScanner::Result{Status::more, 3, 3}));
    EXPECT_EQ(scanner.scan("."), (BodyScanner::Result{Status::more, 0, 0}));
    EXPECT_EQ(scanner.scan(".\r"), (BodyScanner::Result{Status::more, 0, 0}));
    EXPECT_EQ(scanner.scan(""), (BodyScanner::Result{Status::more, 0, 0}));
    EXPECT_EQ(scanner.scan(".\r\n"), (BodyScanner::Result{Status::end, 0, 3}));
}

}  // namespace postern::smtp
