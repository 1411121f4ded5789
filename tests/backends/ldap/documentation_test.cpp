// docs/ldap.md is the reference of the settings: its table has every key that is read, with the
// default that holds, and no other.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "directory/stack.hpp"
#include "ldap/ldap_settings.hpp"
#include "support/settings_reference.hpp"

namespace postern::ldap {
namespace {

using testing::IsEmpty;

const test::SettingsReference reference("ldap.md");

struct Read {
    std::optional<Settings> settings;
    std::vector<std::string> problems;
};

// As the section of a directory.
Read read(std::string_view lines) {
    observe::Log log({observe::Level::error, ""});
    auto document =
        config::Document::parse(fmt::format("[directory.corp]\n{}", lines), "postern.toml");
    auto section = document.root().table("directory").table("corp");
    directory::read_backend_settings(section);
    Read result{read_settings(section, log), {}};
    document.report_unknown_keys();
    for (const auto& problem : document.problems())
        result.problems.push_back(problem.text());
    return result;
}

constexpr std::string_view least = R"toml(
type = "ldap"
url = "ldap://127.0.0.1"
base-dn = "dc=example,dc=org"
filter.name = "(uid=?)"
)toml";

// Whatever a default may change.
std::string in_words(const Settings& settings) {
    const auto& [own, groups, pool, names] =
        std::tie(settings.service, settings.groups, settings.pool, settings.attributes);
    const auto number = [](auto value) { return static_cast<int>(value); };
    return fmt::format(
        "{} {} {} {} {} {} {} {} {} {} {}\n"
        "{} {} {} {} {} {} {} {}\n"
        "{} {} {} {} {} {} {} {}\n{} {} {} {}",
        settings.round_robin, settings.start_tls, settings.tls_name, number(own.kind), own.dn,
        number(settings.method), settings.reads_as_user, settings.netbios_domains,
        number(settings.scope), number(settings.dereference), settings.timeout.count(),  //
        names.name, names.email, names.email_alias, names.groups, names.secret, names.description,
        names.class_names, names.on_behalf_of, names.further, names.changed,
        number(settings.group_names), groups.bases, number(groups.nesting), groups.depth,
        groups.limit, groups.own_addresses, pool.searches, pool.binds, pool.idle.count(),
        settings.allow_weak_schemes);
}

std::vector<std::string> problems(const std::string& lines) {
    return read(lines).problems;
}

TEST(Documentation, ItsTableIsWhatIsRead) {
    EXPECT_THAT(reference.unread(problems), IsEmpty());
    EXPECT_THAT(reference.missing(problems, {"", "tls.", "bind.", "bind.auth.", "filter.",
                                             "attributes.", "group.", "pool."}),
                IsEmpty());
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
}  // namespace postern::ldap
