// docs/imap.md is the reference of the settings: its table has every key that is read, with the
// default that holds, and no other. docs/remote-smtp.md has what is different there.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "directory/stack.hpp"
#include "remote/kinds.hpp"
#include "support/settings_reference.hpp"

namespace postern::remote {
namespace {

using testing::IsEmpty;

const test::SettingsReference reference("imap.md"), of_smtp("remote-smtp.md");
const test::SettingsReference older("imap.md", "Older settings");

struct Read {
    std::optional<Settings> settings;
    std::vector<std::string> problems;
};

// As the section of a directory, [directory.mail] or [remote.mail].
Read read(std::string_view lines, std::string_view table = "directory") {
    observe::Log log({observe::Level::error, ""});
    auto document =
        config::Document::parse(fmt::format("[{}.mail]\n{}", table, lines), "postern.toml");
    auto section = document.root().table(table).table("mail");
    const bool is_older = table == "remote";
    directory::read_backend_settings(section,
                                     is_older ? directory::older_type_key : directory::type_key);
    section.text("addresses");  // of the directory around it
    Read result{read_settings(section, kind_of("imap"), log), {}};
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

std::vector<std::string> problems(const std::string& lines) {
    return read(lines).problems;
}
std::vector<std::string> older_problems(const std::string& lines) {
    return read(lines, "remote").problems;
}

TEST(Documentation, ItsTableIsWhatIsRead) {
    EXPECT_THAT(reference.unread(problems), IsEmpty());
    EXPECT_THAT(reference.missing(problems, {"", "tls.", "pool."}), IsEmpty());
}

TEST(Documentation, TheTableOfOlderSettingsIsWhatIsReadThere) {
    EXPECT_THAT(older.unread(older_problems), IsEmpty());
}

TEST(Documentation, WhatDiffersForSmtpIsRead) {
    EXPECT_THAT(of_smtp.unread(problems), IsEmpty());
}

TEST(Documentation, ItsDefaultsHold) {
    const auto without = read(least);
    ASSERT_TRUE(without.settings);
    std::string lines(least);
    for (const auto& [key, fallback] : reference.rows())
        if (!fallback.empty()) lines += fmt::format("{} = {}\n", key, fallback);
    const auto with = read(lines);
    EXPECT_THAT(with.problems, IsEmpty());
    ASSERT_TRUE(with.settings);
    EXPECT_EQ(in_words(*with.settings), in_words(*without.settings));
}

}  // namespace
}  // namespace postern::remote
