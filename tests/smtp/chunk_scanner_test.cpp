#include "smtp/chunk_scanner.hpp"

#include <gtest/gtest.h>

namespace postern::smtp {
namespace {

using Status = ChunkScanner::Status;

// The message as DATA would carry it, scanned in pieces of that size; what stops it in brackets.
std::string stuffed(std::string_view message, std::size_t piece = 1000) {
    ChunkScanner scanner;
    std::string result;
    while (!message.empty()) {
        auto input = message.substr(0, piece);
        message.remove_prefix(input.size());
        while (!input.empty()) {
            const auto found = scanner.scan(input);
            result += input.substr(0, found.content);
            input.remove_prefix(found.content);
            if (found.status == Status::dot) result += ".";
            if (found.status == Status::bare_cr) return result + "[cr]";
            if (found.status == Status::bare_lf) return result + "[lf]";
            if (found.status == Status::nul) return result + "[nul]";
        }
    }
    if (scanner.behind_cr()) return result + "[cr]";
    return result + (scanner.at_line_start() ? "" : "[open]");
}

TEST(ChunkScanner, DoublesTheDotsThatBeginALineHoweverTheChunksAreCut) {
    using namespace std::string_view_literals;
    const std::pair<std::string_view, std::string> cases[] = {
        {"", ""},
        {".", "..[open]"},
        {".\r\n", "..\r\n"},
        {"..\r\n", "...\r\n"},
        {"a.b\r\n.c\r\n\r\n.\r\n.\r\n", "a.b\r\n..c\r\n\r\n..\r\n..\r\n"},
        {"no end of line", "no end of line[open]"},
        {"\r\n\r\n", "\r\n\r\n"},
        {"a\n", "a[lf]"},
        {"\n", "[lf]"},
        {"a\rb", "a\r[cr]"},
        {"a\r", "a\r[cr]"},
        {"a\r\r\n", "a\r[cr]"},
        {"a\r\n\n", "a\r\n[lf]"},
        {"a\0b"sv, "a[nul]"},
        {"\r\n.\n", "\r\n..[lf]"},
    };
    for (const auto& [message, expected] : cases)
        for (const std::size_t piece : {1U, 2U, 3U, 5U, 1000U})
            EXPECT_EQ(stuffed(message, piece), expected)
                << testing::PrintToString(message) << " by " << piece;
}

TEST(ChunkScanner, WhoToleratesABareNewlineGoesOnAtTheBeginningOfALine) {
    ChunkScanner scanner;
    EXPECT_EQ(scanner.scan("a\n.b"), (ChunkScanner::Result{Status::bare_lf, 1}));
    EXPECT_EQ(scanner.scan(".b\r.c"), (ChunkScanner::Result{Status::dot, 0}));
    EXPECT_EQ(scanner.scan(".b\r.c"), (ChunkScanner::Result{Status::bare_cr, 3}));
    EXPECT_EQ(scanner.scan(".c"), (ChunkScanner::Result{Status::dot, 0}));
    EXPECT_EQ(scanner.scan(".c"), (ChunkScanner::Result{Status::more, 2}));
}

}  // namespace
}  // namespace postern::smtp
