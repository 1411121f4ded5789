#include "crypto/random.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace postern::crypto {
namespace {

TEST(Random, GivesAsManyOctetsAsAsked) {
    EXPECT_EQ(random_octets(0).size(), 0U);
    EXPECT_EQ(random_octets(33).size(), 33U);
    EXPECT_NE(random_octets(32), random_octets(32));
}

TEST(Random, IdsAreSixteenLowerCaseBase32CharactersAndDiffer) {
    std::set<std::string> ids;
    std::set<char> characters;
    for (int i = 0; i < 1000; ++i) {
        const auto id = random_id();
        EXPECT_EQ(id.size(), 16U);
        EXPECT_EQ(id.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567"), std::string::npos)
            << id;
        characters.insert(id.begin(), id.end());
        ids.insert(id);
    }
    EXPECT_EQ(ids.size(), 1000U);
    EXPECT_EQ(characters.size(), 32U);
}

}  // namespace
}  // namespace postern::crypto
