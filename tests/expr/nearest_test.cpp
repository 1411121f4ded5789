#include "expr/nearest.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace postern::expr {
namespace {

TEST(Nearest, IsTheWordThatSomebodyProbablyMeant) {
    const std::vector<std::string_view> known{"require", "mechanisms", "allow-plain-text", "tls",
                                              "ca"};
    const std::pair<const char*, const char*> cases[] = {
        {"requre", "require"},
        {"reqiure", "require"},
        {"Require", "require"},
        {"mechanism", "mechanisms"},
        {"allow_plain_text", "allow-plain-text"},
        {"tsl", "tls"},
        {"xyz", ""},
        {"", ""},
        {"ac", "ca"},
        {"x", ""},
        {"require", ""},
    };
    for (const auto& [word, near] : cases)
        EXPECT_EQ(nearest(word, known).value_or(""), near) << word;
    EXPECT_EQ(nearest(std::string(1000000, 'a'), known), std::nullopt);
}

}  // namespace
}  // namespace postern::expr
