// docs/password-hashes.md has every form that is read, weak or not, and no other.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <string>

#include "crypto/password_scheme.hpp"

namespace postern::crypto {
namespace {

// The name of each form, and what its column "weak" says.
std::map<std::string, std::string> documented() {
    std::ifstream file(POSTERN_SOURCE_DIR "/docs/password-hashes.md");
    const std::regex row(R"(\| ((?:`[^`]+` ?)+)\| *([^|]*?) *\| .*)"), name("`([^`]+)`");
    std::map<std::string, std::string> names;
    bool forms = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("## ")) forms = line == "## The forms";
        std::smatch parts;
        if (!forms || !std::regex_match(line, parts, row)) continue;
        const std::string cell = parts[1];
        for (auto each = std::sregex_iterator(cell.begin(), cell.end(), name);
             each != std::sregex_iterator(); ++each)
            EXPECT_TRUE(names.emplace((*each)[1], parts[2]).second) << (*each)[1] << " twice";
    }
    return names;
}

TEST(PasswordHashDocumentation, HasEveryFormAndSaysWhichAreWeak) {
    auto names = documented();
    for (const auto& scheme : password_schemes()) {
        const auto found = names.find(std::string(scheme.name));
        ASSERT_NE(found, names.end()) << scheme.name;
        EXPECT_EQ(found->second == "weak", scheme.is_weak) << scheme.name;
        names.erase(found);
    }
    EXPECT_TRUE(names.empty()) << names.begin()->first << " is not read";
}

}  // namespace
}  // namespace postern::crypto
