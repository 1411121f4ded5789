// docs/observing.md has every event and every metric of the catalogues, with their sentences, and
// no other; and so does the build what the catalogues have.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace postern::observe {
namespace {

std::string content_of(const std::string& file) {
    std::ifstream stream(POSTERN_SOURCE_DIR "/" + file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

// The string literals of a definition, put together as the compiler does.
std::string joined(const std::string& literals) {
    static const std::regex literal("\"([^\"]*)\"");
    std::string text;
    for (auto each = std::sregex_iterator(literals.begin(), literals.end(), literal);
         each != std::sregex_iterator(); ++each)
        text += (*each)[1];
    return text;
}

// "name | kind | labels | sentence" of every definition in a header.
std::set<std::string> defined(const std::string& file, const std::regex& definition,
                              std::size_t columns) {
    const auto text = content_of(file);
    std::set<std::string> rows;
    for (auto each = std::sregex_iterator(text.begin(), text.end(), definition);
         each != std::sregex_iterator(); ++each) {
        std::string row = (*each)[1];
        for (std::size_t column = 2; column <= columns; ++column)
            row += " | " + (column == columns ? joined((*each)[column]) : (*each)[column].str());
        std::erase(row, '`');
        EXPECT_TRUE(rows.insert(row).second) << row << " twice";
    }
    return rows;
}

// The rows of the table below a heading, without their back ticks.
std::set<std::string> documented(const std::string& heading) {
    std::ifstream page(POSTERN_SOURCE_DIR "/docs/observing.md");
    const std::regex row(R"(\| (`.*`.*) \|)");
    std::set<std::string> rows;
    bool here = false;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with("## ")) here = line == "## " + heading;
        std::smatch parts;
        if (!here || !std::regex_match(line, parts, row)) continue;
        auto text = parts[1].str();
        std::erase(text, '`');
        EXPECT_TRUE(rows.insert(text).second) << text << " twice";
    }
    return rows;
}

void expect_equal(const std::set<std::string>& code, const std::set<std::string>& page) {
    EXPECT_FALSE(code.empty());
    for (const auto& row : code)
        EXPECT_TRUE(page.contains(row)) << "not on the page: " << row;
    for (const auto& row : page)
        EXPECT_TRUE(code.contains(row)) << "not in the code: " << row;
}

TEST(ObservingDocumentation, HasEveryEvent) {
    const std::regex event(
        R"re(constexpr Event \w+\{\s*"([^"]+)",\s*Level::(\w+),\s*((?:"[^"]*"\s*)+)\})re");
    expect_equal(defined("src/observe/events.hpp", event, 3), documented("Every event"));
}

TEST(ObservingDocumentation, HasEveryMetric) {
    const std::regex metric(
        R"re(constexpr Metric \w+\{\s*"([^"]+)",\s*Kind::(\w+),\s*"([^"]*)",\s*((?:"[^"]*"\s*)+)\})re");
    expect_equal(defined("src/observe/metrics.hpp", metric, 4), documented("Every metric"));
}

// A word that stands for an event or a metric is one that is defined.
TEST(ObservingDocumentation, NothingIsDefinedThatItsPatternMisses) {
    for (const auto& [file, kind] :
         {std::pair{"src/observe/events.hpp", "Event"}, {"src/observe/metrics.hpp", "Metric"}}) {
        const auto text = content_of(file);
        const std::regex any(std::string("constexpr ") + kind + " ");
        const auto count = static_cast<std::size_t>(
            std::distance(std::sregex_iterator(text.begin(), text.end(), any), {}));
        EXPECT_EQ(count,
                  documented(kind == std::string("Event") ? "Every event" : "Every metric").size());
    }
}

}  // namespace
}  // namespace postern::observe
