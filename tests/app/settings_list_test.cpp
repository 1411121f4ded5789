// The list of settings is whole: every key that the program asks for is described.
#include "cli/settings_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "app/generation.hpp"
#include "app/house.hpp"
#include "support/temporary_directory.hpp"

namespace postern::app {
namespace {

using cli::DescribedSetting;
using testing::AllOf;
using testing::Field;

constexpr std::string_view some = R"toml(
# Words, with a = sign.
[server]
hostname = "localhost"              # in the greeting | and elsewhere
#workers = 0
#[next-hop.mta]
#name = "a # in a string"           # "quoted"
)toml";

TEST(SettingsList, ReadsTheAnnotatedSettings) {
    const auto settings = cli::describe_settings(some);
    ASSERT_EQ(settings.size(), 3U);
    const auto is = [](const char* table, const char* key, const char* value, const char* meaning) {
        return AllOf(Field(&DescribedSetting::table, table), Field(&DescribedSetting::key, key),
                     Field(&DescribedSetting::value, value),
                     Field(&DescribedSetting::meaning, meaning));
    };
    EXPECT_THAT(settings,
                testing::ElementsAre(
                    is("server", "hostname", "\"localhost\"", "in the greeting | and elsewhere"),
                    is("server", "workers", "0", ""),
                    is("next-hop.mta", "name", "\"a # in a string\"", "\"quoted\"")));
    EXPECT_THAT(cli::settings_page(settings),
                testing::HasSubstr("\n## [server]\n\n| key | default | meaning |\n|---|---|---|\n"
                                   "| `hostname` | `\"localhost\"` | in the greeting \\| and "
                                   "elsewhere |\n| `workers` | `0` |  |\n\n## [next-hop.mta]\n"));
}

TEST(SettingsList, IsWhatThePageShows) {
    EXPECT_EQ(cli::settings_page(cli::describe_settings(cli::annotated_settings())),
              test::read_file(POSTERN_SOURCE_DIR "/docs/settings.md"))
        << "after a change of config/postern.toml: postern check --list-settings > "
           "docs/settings.md";
}

struct Anything final : config::Document::Environment {
    std::optional<std::string> variable(const std::string& name) const override {
        return name == "HOME" ? "/nonexistent" : "a2V5IG9mIHRoZSBjYWNoZSwgb2YgMzIgb2N0ZXRzISE=";
    }
};

// All that is commented out put to use: whatever is asked for and not there has been forgotten.
std::string all_in_use() {
    std::string text;
    std::string line;
    std::istringstream lines{std::string(cli::annotated_settings())};
    while (std::getline(lines, line)) {
        if (line.size() > 1 && line[0] == '#' && line[1] != ' ' && line[1] != '-') line.erase(0, 1);
        if (line.starts_with("plugins = "))
            line = "plugins = \"" POSTERN_BINARY_DIR "/lib/postern/backends\"";
        text += line + "\n";
    }
    return text;
}

// The key behind the name that the reader gives: "directory.people.timeout" ->
// "directory.*.timeout".
std::string kind_of(const std::string& key) {
    for (const std::string table : {"directory.", "next-hop.", "redis.", "server.listener."}) {
        if (!key.starts_with(table)) continue;
        const auto end = key.find('.', table.size());
        return end == key.npos ? key : table + "*" + key.substr(end);
    }
    return key;
}

// What stands in the place of another key, or is read for older settings only; the words beside
// the other one tell of it.
const std::set<std::string> said_in_words{"remote", "session.auth.lookup",
                                          "directory.*.bind.auth.template", "directory.*.srv",
                                          "redis.*.sentinel"};

TEST(SettingsList, HasEveryKeyThatIsAskedFor) {
    House house;
    auto document = config::Document::parse(all_in_use(), "postern.toml", Anything());
    (void)Generation::build(document, house.foundation());
    std::set<std::string> described = said_in_words;
    for (const auto& each : cli::describe_settings(cli::annotated_settings()))
        described.insert(kind_of(each.table + "." + each.key));
    for (const auto& key : document.unset_keys()) {
        const auto next = described.lower_bound(kind_of(key));
        EXPECT_TRUE(next != described.end() &&
                    (*next == kind_of(key) || next->starts_with(kind_of(key) + ".")))
            << key;
    }
}

}  // namespace
}  // namespace postern::app
