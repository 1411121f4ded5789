// docs/postgresql.md is the reference of the settings: its table has every key that is read, with
// the default that holds, and no other.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "directory/stack.hpp"
#include "postgresql/administration_settings.hpp"
#include "postgresql/postgresql_settings.hpp"
#include "support/settings_reference.hpp"

namespace postern::postgresql {
namespace {

using testing::IsEmpty;

const test::SettingsReference reference("postgresql.md");

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
    directory::read_backend_settings(section);
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
           left.notify == right.notify && left.watches == right.watches &&
           left.timeout == right.timeout && left.statement_timeout == right.statement_timeout &&
           left.connection.keywords == right.connection.keywords &&
           left.connection.target_session_attributes == right.connection.target_session_attributes;
}

std::vector<std::string> problems(const std::string& lines) {
    return read(lines).problems;
}

TEST(Documentation, ItsTableIsWhatIsRead) {
    EXPECT_THAT(reference.unread(problems), IsEmpty());
    EXPECT_THAT(reference.missing(problems, {"", "admin.", "tls.", "query.", "pool."}), IsEmpty());
}

// Each query alone: with `query.authenticate` the others would have no default.
TEST(Documentation, ItsDefaultsHold) {
    const auto without = read(least);
    ASSERT_TRUE(without.settings);
    std::string all(least);
    for (const auto& [key, fallback] : reference.rows()) {
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

}  // namespace
}  // namespace postern::postgresql
