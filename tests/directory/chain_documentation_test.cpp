// docs/chain.md is the reference of the settings: its table has every key that is read, with the
// default that holds, and no other.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "directory/stack.hpp"
#include "support/fake_directory.hpp"
#include "support/session_host.hpp"
#include "support/settings_reference.hpp"

namespace postern::directory {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const test::SettingsReference reference("chain.md");

// What is wrong with such a [directory.all], beside directories a and b.
std::vector<std::string> problems_of(std::string_view lines) {
    test::CapturedLog log;
    PluginLoader loader("/nowhere");
    crypto::HashPool hash_pool{{.threads = 1}};
    SharedParts shared{loader, hash_pool, {}, {}, log};
    shared.find = [&](const std::string& name) -> std::shared_ptr<Service> {
        if (name != "a" && name != "b") return nullptr;
        return std::make_shared<Service>(name, std::chrono::seconds(5), log, [](asio::io_context&) {
            return std::make_unique<test::FakeDirectory>(test::FakeDirectory::never());
        });
    };
    auto document = config::Document::parse(
        fmt::format("[directory.all]\ntype = \"chain\"\n{}", lines), "postern.toml");
    auto section = document.root().table("directory").table("all");
    make_service("all", section, shared);
    document.report_unknown_keys();
    std::vector<std::string> problems;
    for (const auto& problem : document.problems())
        problems.push_back(problem.text());
    return problems;
}

// A key of the page: `first.directory` is one of a member.
std::vector<std::string> problems(const std::string& line) {
    constexpr std::string_view of_member = "first.";
    if (!line.starts_with(of_member)) return problems_of(line);
    return problems_of("[[directory.all.first]]\n" + line.substr(of_member.size()));
}

TEST(ChainDocumentation, ItsTableIsWhatIsRead) {
    EXPECT_THAT(reference.unread(problems), IsEmpty());
    EXPECT_THAT(reference.missing(problems, {"", "first."}), IsEmpty());
}

// Whether the second of two members is ever asked tells what holds for the first one.
std::vector<std::string> problems_with_first(const std::string& keys) {
    return problems_of(
        fmt::format("first = [{{ directory = \"a\"{} }}, {{ directory = \"b\" }}]", keys));
}

TEST(ChainDocumentation, ItsDefaultsOfAMemberHold) {
    const auto without = problems_with_first("");
    EXPECT_THAT(without, ElementsAre(HasSubstr("\"b\" is never asked")));
    std::string keys;
    for (const auto& [key, fallback] : reference.rows())
        if (key.starts_with("first.") && !fallback.empty())
            keys += fmt::format(", {} = {}", key.substr(key.find('.') + 1), fallback);
    EXPECT_EQ(keys, ", domains = [\"*\"], next-on = []");
    EXPECT_EQ(problems_with_first(keys), without);
    EXPECT_THAT(problems_with_first(", next-on = \"unknown\""), IsEmpty());
    EXPECT_THAT(problems_with_first(", next-on = \"unavailable\""), IsEmpty());
    EXPECT_THAT(problems_with_first(", domains = \"example.org\""), IsEmpty());
}

TEST(ChainDocumentation, ItsDefaultsOfTheWholeHold) {
    const auto read = [](const std::string& lines) {
        auto document = config::Document::parse("type = \"chain\"\n" + lines, "postern.toml");
        auto section = document.root();
        const auto settings = read_service_settings(section);
        EXPECT_THAT(document.problems(), IsEmpty());
        return fmt::format("{} {} {}", settings.layers.timeout.count(),
                           settings.layers.limits.concurrency, settings.layers.limits.queue);
    };
    std::string lines;
    for (const auto& [key, fallback] : reference.rows())
        if (!key.starts_with("first.") && !fallback.empty())
            lines += fmt::format("{} = {}\n", key, fallback);
    EXPECT_EQ(lines, "timeout = \"5s\"\nconcurrency = 64\nqueue = 256\n");
    EXPECT_EQ(read(lines), read(""));
}

}  // namespace
}  // namespace postern::directory
