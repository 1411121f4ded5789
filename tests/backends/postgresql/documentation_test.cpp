// docs/postgresql.md is the reference of the settings: its table has every key that is read, with
// the default that holds, and no other.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "directory/stack.hpp"
#include "postgresql/administration_settings.hpp"
#include "postgresql/postgresql_settings.hpp"

namespace postern::postgresql {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Row {
    std::string key, fallback;  // empty: it has none
};

// "| `key` | `default` | meaning |", or words where there is no default.
std::vector<Row> rows() {
    std::ifstream file(POSTERN_SOURCE_DIR "/docs/postgresql.md");
    const std::regex row(R"(\| `([a-z.-]+)` \| (?:`([^`]*)`|[^|]*) \| .*)");
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
        config::Document::parse(fmt::format("[directory.sql]\n{}", lines), "postern.toml");
    auto section = document.root().table("directory").table("sql");
    directory::read_service_settings(section, "type");
    read_administration(section);
    Read result{read_settings(section, log), {}};
    document.report_unknown_keys();
    for (const auto& problem : document.problems())
        result.problems.push_back(problem.text());
    return result;
}

constexpr std::string_view least = R"toml(
type = "postgresql"
url = "postgresql://gate@127.0.0.1/mail"
)toml";

bool are_equal(const Settings& left, const Settings& right) {
    return left.queries == right.queries && left.prepare == right.prepare &&
           left.pool.connections == right.pool.connections &&
           left.pool.pipeline == right.pool.pipeline && left.pool.idle == right.pool.idle &&
           left.timeout == right.timeout && left.statement_timeout == right.statement_timeout &&
           left.connection.keywords == right.connection.keywords &&
           left.connection.target_session_attributes == right.connection.target_session_attributes;
}

TEST(Documentation, EveryKeyOfItsTableIsKnown) {
    EXPECT_GT(rows().size(), 20U);
    for (const auto& [key, ignored] : rows())
        for (const auto& problem : read(fmt::format("{} = \"?\"", key)).problems)
            EXPECT_THAT(problem, Not(HasSubstr("unknown key"))) << key;
}

// Each query alone: with `query.authenticate` the others would have no default.
TEST(Documentation, ItsDefaultsHold) {
    const auto without = read(least);
    ASSERT_TRUE(without.settings);
    std::string all(least);
    for (const auto& [key, fallback] : rows()) {
        if (fallback.empty()) continue;
        const auto line = fmt::format("{} = {}\n", key, fallback);
        all += line;
        if (key == "query.authenticate") continue;
        const auto with = read(std::string(least) + line);
        EXPECT_THAT(with.problems, IsEmpty()) << key;
        EXPECT_TRUE(with.settings && are_equal(*with.settings, *without.settings)) << key;
    }
    const auto with_all = read(all);
    EXPECT_THAT(with_all.problems, IsEmpty());
    EXPECT_TRUE(with_all.settings && are_equal(*with_all.settings, *without.settings));
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
    for (const std::string table : {"", "admin.", "tls.", "query.", "pool."}) {
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
}  // namespace postern::postgresql
