// docs/imap.md is the reference of the settings: its table has every key that is read, with the
// default that holds, and no other.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>

#include "directory/stack.hpp"
#include "imap/imap_protocol.hpp"
#include "imap/settings.hpp"

namespace postern::imap {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Row {
    std::string key, fallback;  // empty: it has none
};

// "| `key` | `default` | meaning |", or words where there is no default.
std::vector<Row> rows() {
    std::ifstream file(POSTERN_SOURCE_DIR "/docs/imap.md");
    const std::regex row(R"(\| `([a-z.-]+)` \| (?:`([^`]*)`|[^`|]*) \| .*)");
    std::vector<Row> rows;
    bool settings = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("## ")) settings = line == "## Every setting";
        std::smatch parts;
        if (settings && std::regex_match(line, parts, row)) rows.push_back({parts[1], parts[2]});
    }
    return rows;
}

struct Read {
    std::optional<Settings> settings;
    std::vector<std::string> problems;
};

// As the section of a directory.
Read read(std::string_view lines) {
    observe::Log log({observe::Level::error, ""});
    auto document =
        config::Document::parse(fmt::format("[directory.mail]\n{}", lines), "postern.toml");
    auto section = document.root().table("directory").table("mail");
    directory::read_service_settings(section, "type");
    section.text("addresses");  // of the directory around it
    const Kind imap{143, 993, [] { return std::make_unique<ImapProtocol>(); }};
    Read result{read_settings(section, imap, log), {}};
    document.report_unknown_keys();
    for (const auto& problem : document.problems())
        result.problems.push_back(problem.text());
    return result;
}

constexpr std::string_view least = R"toml(
type = "imap"
address = "127.0.0.1"
domains = ["example.org"]
)toml";

// Whatever a default may change.
std::string in_words(const Settings& settings) {
    return fmt::format("{} {} {} {} {} {} {} {}", settings.servers.front().text(),
                       static_cast<int>(settings.security.kind), settings.security.name,
                       settings.security.tls->verifies_peer(), settings.concurrency,
                       settings.pool.ready, settings.pool.idle.count(), settings.timeout.count());
}

TEST(Documentation, EveryKeyOfItsTableIsKnown) {
    for (const auto& [key, ignored] : rows())
        for (const auto& problem : read(fmt::format("{} = \"?\"", key)).problems)
            EXPECT_THAT(problem, Not(HasSubstr("unknown"))) << key;
}

TEST(Documentation, ItsDefaultsHold) {
    const auto without = read(least);
    ASSERT_TRUE(without.settings);
    std::string lines(least);
    for (const auto& [key, fallback] : rows())
        if (!fallback.empty()) lines += fmt::format("{} = {}\n", key, fallback);
    const auto with = read(lines);
    EXPECT_THAT(with.problems, IsEmpty());
    ASSERT_TRUE(with.settings);
    EXPECT_EQ(in_words(*with.settings), in_words(*without.settings));
}

// What is read is what the message about an unknown key lists.
TEST(Documentation, NoKeyIsMissingInItsTable) {
    std::set<std::string, std::less<>> shown;
    for (const auto& [key, ignored] : rows()) {
        shown.insert(key);
        for (auto dot = key.find('.'); dot != std::string::npos; dot = key.find('.', dot + 1))
            shown.insert(key.substr(0, dot));
    }
    const std::regex listed("known here: (.*)");
    for (const std::string table : {"", "tls.", "pool."}) {
        const auto problems = read(fmt::format("{}qqqqqqqqqqqq = 1", table)).problems;
        std::smatch parts;
        for (const auto& problem : problems)
            if (std::regex_search(problem, parts, listed)) break;
        ASSERT_FALSE(parts.empty()) << table;
        std::istringstream keys(parts[1].str());
        for (std::string key; std::getline(keys >> std::ws, key, ',');) {
            EXPECT_NE(key, "...") << "not all are listed";
            EXPECT_TRUE(shown.contains(table + key)) << table + key;
        }
    }
}

}  // namespace
}  // namespace postern::imap
