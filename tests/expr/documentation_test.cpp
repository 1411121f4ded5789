// docs/expressions.md is the reference: its examples come to what it says, and no function is
// missing in it.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>

#include "expr/functions.hpp"
#include "expr/tables.hpp"
#include "expr/variables.hpp"

namespace postern::expr {
namespace {

std::vector<std::string> lines() {
    std::ifstream file(POSTERN_SOURCE_DIR "/docs/expressions.md");
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);)
        lines.push_back(line);
    return lines;
}

TEST(Documentation, ExamplesComeToWhatItSays) {
    const std::regex row(R"(\| `(([a-z_0-9]+)\([^`]*\))` \| `([^`]*)` \|.*)");
    std::set<std::string, std::less<>> shown;
    for (const auto& line : lines()) {
        std::smatch parts;
        if (!std::regex_match(line, parts, row)) continue;
        shown.insert(parts[2]);
        expect({{parts[1].str().c_str(), parts[3].str().c_str()}});
    }
    for (const auto name : function_names())
        EXPECT_TRUE(shown.contains(name)) << name;
}

// The columns of its table: connect, EHLO, AUTH, MAIL, RCPT, header.
TEST(Documentation, VariablesExistWhereItSays) {
    const std::regex row(R"(\| (`[a-z].*) \| (text|number|truth|list) ((?:\| x? ?){6})\|)");
    const std::regex name(R"(`([a-z_]+)`)");
    std::size_t shown = 0;
    for (const auto& line : lines()) {
        std::smatch parts;
        if (!std::regex_match(line, parts, row)) continue;
        std::vector<bool> marks;
        const std::string columns = parts[3];
        for (std::size_t at = columns.find('|'); at != std::string::npos;
             at = columns.find('|', at + 1))
            marks.push_back(columns.substr(at, 3) == "| x");
        ASSERT_EQ(marks.size(), 6U) << line;
        const std::string names = parts[1];
        for (std::sregex_iterator each(names.begin(), names.end(), name), end; each != end;
             ++each) {
            const auto* info = find_variable((*each)[1].str());
            ASSERT_TRUE(info) << line;
            ++shown;
            for (std::size_t stage = 0; stage < marks.size(); ++stage)
                EXPECT_EQ(!untimely(*info, static_cast<Stage>(stage), 0), marks[stage])
                    << info->name << " at stage " << stage;
        }
    }
    EXPECT_EQ(shown, variable_names().size());
}

}  // namespace
}  // namespace postern::expr
