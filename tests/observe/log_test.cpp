#include "observe/log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "observe/events.hpp"
#include "observe/log_line.hpp"
#include "support/temporary_directory.hpp"

namespace postern::observe {
namespace {

class CapturedLog : public Log {
 public:
    std::string text;

 private:
    void line(Level, const std::string& each) override { text += each + "\n"; }
};

TEST(Log, FixedFieldsComeFirst) {
    CapturedLog log;
    log.write(events::auth_rejected, {"abc123", "192.0.2.1"}, {{"login", "jane"}, {"count", 3}});
    EXPECT_EQ(log.text.substr(24), " auth.rejected abc123 192.0.2.1 login=\"jane\" count=\"3\"\n");
    EXPECT_EQ(log.text[10], 'T');
    EXPECT_EQ(log.text[23], 'Z');
}

TEST(Log, AnEventOfNoSessionHasDashes) {
    CapturedLog log;
    log.write(events::server_started, {});
    EXPECT_EQ(log.text.substr(24), " server.started - -\n");
}

TEST(Log, LevelHidesWhatIsBelow) {
    CapturedLog log;
    log.write(events::session_opened, {});
    EXPECT_EQ(log.text, "");
    log.set_level(Level::debug);
    log.write(events::session_opened, {});
    EXPECT_NE(log.text, "");
}

TEST(Log, NobodyWritesLinesButUs) {
    struct Case {
        std::string value, expected;
    };
    const Case cases[] = {
        {"plain text", R"( k="plain text")"},
        {"a\r\nb", R"( k="a\x0D\x0Ab")"},
        {"quote\" back\\", R"( k="quote\x22 back\x5C")"},
        {std::string("n\0l", 3), R"( k="n\x00l")"},
        {"\xc3\xa9\x7f", R"( k="\xC3\xA9\x7F")"},
        {std::string(200, 'x'), " k=\"" + std::string(128, 'x') + "\""},
        {"", R"( k="")"},
    };
    for (const auto& each : cases) {
        std::string line;
        append_field(line, "k", each.value);
        EXPECT_EQ(line, each.expected);
    }
}

TEST(Log, WritesJsonWhenItIsToldTo) {
    CapturedLog log;
    log.set_format(LogFormat::json);
    log.write(events::auth_rejected, {"abc123", "192.0.2.1"}, {{"login", "jane"}});
    EXPECT_TRUE(log.text.starts_with("{\"time\":\"20")) << log.text;
    EXPECT_TRUE(log.text.ends_with("\"login\":\"jane\"}\n")) << log.text;
}

TEST(Log, CountsWhatItDoesNotWrite) {
    CapturedLog log;
    log.write(events::session_opened, {});
    log.write(events::session_opened, {});
    log.write(events::auth_accepted, {});
    const Event copy = events::auth_accepted;  // as a plugin has one
    log.write(copy, {});
    const std::map<std::string_view, std::uint64_t> expected = {{"auth.accepted", 2},
                                                                {"session.opened", 2}};
    EXPECT_EQ(log.event_counts().by_name(), expected);
}

TEST(Log, WritesToAFileAndOpensItAnew) {
    const auto folder =
        std::filesystem::temp_directory_path() / ("postern-log-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    const auto file = folder / "log";
    const auto read = [](const std::filesystem::path& path) {
        std::ifstream stream(path);
        return std::string{std::istreambuf_iterator<char>(stream), {}};
    };
    {
        Log log({Level::info, file});
        log.write(events::server_started, {});
        std::filesystem::rename(file, folder / "rotated");
        log.reopen();
        log.write(events::server_stopped, {});
    }
    const std::string all = read(folder / "rotated") + read(file);
    EXPECT_NE(all.find("server.started"), std::string::npos);
    EXPECT_NE(read(file).find("server.stopped"), std::string::npos);
    std::filesystem::remove_all(folder);
}

TEST(Log, HasWrittenEverythingOutWhenItIsFinished) {
    const test::TemporaryDirectory folder;
    Log log({Level::info, (folder / "log").string()});
    constexpr int lines = 1000;
    for (int line = 0; line < lines; ++line)
        log.write(events::server_started, {{"line", line}});
    log.finish();
    EXPECT_EQ(std::ranges::count(test::read_file(folder / "log"), '\n'), lines);
}

TEST(Log, AFileThatCannotBeOpenedIsAnError) {
    EXPECT_THROW(Log({Level::info, "/proc/self/no/log"}), std::runtime_error);
}

}  // namespace
}  // namespace postern::observe
