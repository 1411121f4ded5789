#include "crypto/secret.hpp"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>
#include <utility>

namespace postern::crypto {
namespace {

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);

TEST(Secret, TakesTheOctetsOverAndLeavesTheSourceEmpty) {
    for (const std::string octets :
         {"short", "long enough to live on the heap, not in the string"}) {
        auto source = octets;
        const auto secret = Secret::take(source);
        EXPECT_EQ(secret.reveal(), octets);
        EXPECT_TRUE(source.empty());
    }
}

TEST(Secret, WipesTheWholeCapacity) {
    std::string octets = "a password that is long enough for the heap";
    octets.reserve(200);
    const auto* where = octets.data();
    wipe(octets);
    EXPECT_TRUE(octets.empty());
    ASSERT_EQ(octets.data(), where);
    octets.resize(octets.capacity());  // writes zeros only where it must: nothing else may be there
    EXPECT_EQ(octets.find_first_not_of('\0'), std::string::npos);
}

TEST(Secret, LeavesNothingBehindWhenMoved) {
    Secret first("tiny");
    Secret second(std::move(first));
    EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that is the promise
    EXPECT_EQ(second.reveal(), "tiny");
    Secret third("other");
    third = std::move(second);
    EXPECT_TRUE(second.empty());  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(third.reveal(), "tiny");
    EXPECT_EQ(third.copy().reveal(), "tiny");
}

TEST(Secret, ComparesWholeTexts) {
    EXPECT_TRUE(constant_time_equal("", ""));
    EXPECT_TRUE(constant_time_equal("abc", "abc"));
    EXPECT_FALSE(constant_time_equal("abc", "abd"));
    EXPECT_FALSE(constant_time_equal("abc", "ab"));
    EXPECT_FALSE(constant_time_equal("", "a"));
}

}  // namespace
}  // namespace postern::crypto
