#include "remote/login_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::remote {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string name_of(const LoginRules& rules, std::string_view typed) {
    const auto principal = rules.principal_of(identity::Login::parse(typed).value());
    return principal ? principal->name : "nobody";
}

TEST(LoginRules, OnlyLoginsOfTheDomainsAreOurs) {
    const LoginRules rules{"", {"example.org", "xn--bcher-kva.example"}};
    const std::pair<const char*, const char*> cases[] = {
        {"jane@example.org", "jane@example.org"},
        {"JANE@EXAMPLE.ORG", "jane@example.org"},
        {"jane@b\xC3\xBC"
         "cher.example",
         "jane@xn--bcher-kva.example"},
        {"jane+tag@example.org", "jane+tag@example.org"},
        {"jane@example.net", "nobody"},
        {"jane@sub.example.org", "nobody"},
        {"jane@example.org.evil.example", "nobody"},
        {"jane", "nobody"},
        {"jane@", "nobody"},
        {"@example.org", "nobody"},
        {"jane doe@example.org", "nobody"},
        {"victim@example.net@example.org", "nobody"},
        {"\"victim@example.net\"@example.org", "nobody"},
        {"victim%example.net@example.org", "nobody"},
        {"example.net!victim@example.org", "nobody"},
        {"jane@[192.0.2.1]", "nobody"},
    };
    for (const auto& [typed, name] : cases)
        EXPECT_EQ(name_of(rules, typed), name) << typed;
}

TEST(LoginRules, ABareLoginIsCompletedBeforeItIsJudged) {
    const LoginRules rules{"example.org", {"example.org", "example.com"}};
    EXPECT_EQ(name_of(rules, "jane"), "jane@example.org");
    EXPECT_EQ(name_of(rules, "jane@example.com"), "jane@example.com");
    EXPECT_EQ(name_of(rules, "jane@example.net"), "nobody");
    EXPECT_EQ(name_of(rules, "victim%example.net"), "nobody");
}

TEST(LoginRules, AStarVouchesForAll) {
    const LoginRules rules{"", {"*"}};
    EXPECT_EQ(name_of(rules, "jane"), "jane");
    EXPECT_EQ(name_of(rules, "jane@example.net"), "jane@example.net");
    EXPECT_EQ(name_of(rules, "jane doe"), "jane doe");
}

TEST(LoginRules, AnAddressOwnsItself) {
    const LoginRules rules{"", {"*"}};
    const auto addresses = [&](std::string_view typed) {
        return rules.principal_of(identity::Login::parse(typed).value())->addresses;
    };
    EXPECT_THAT(addresses("jane@example.org"), ElementsAre("jane@example.org"));
    EXPECT_THAT(addresses("jane"), IsEmpty());
}

}  // namespace
}  // namespace postern::remote
