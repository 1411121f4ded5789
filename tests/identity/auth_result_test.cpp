#include "identity/auth_result.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace postern::identity {
namespace {

TEST(AuthResult, ThatNobodyFilledInMeansTryLater) {
    const AuthResult answer;
    const auto* unavailable = std::get_if<Unavailable>(&answer);
    ASSERT_NE(unavailable, nullptr);
    EXPECT_EQ(unavailable->scope, Scope::directory);
    EXPECT_TRUE(std::holds_alternative<Unavailable>(LookupResult{}));
}

TEST(AuthResult, NamesEveryReasonAndScopeDifferently) {
    const std::set<std::string> reasons{
        to_string(Reason::unknown_user), to_string(Reason::bad_credentials),
        to_string(Reason::disabled),     to_string(Reason::expired),
        to_string(Reason::locked),       to_string(Reason::not_permitted)};
    EXPECT_EQ(reasons, (std::set<std::string>{"unknown_user", "bad_credentials", "disabled",
                                              "expired", "locked", "not_permitted"}));
    const std::set<std::string> scopes{to_string(Scope::question), to_string(Scope::busy),
                                       to_string(Scope::directory)};
    EXPECT_EQ(scopes, (std::set<std::string>{"question", "busy", "directory"}));
}

}  // namespace
}  // namespace postern::identity
