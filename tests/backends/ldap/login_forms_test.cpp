#include "ldap/login_forms.hpp"

#include <gtest/gtest.h>

namespace postern::ldap {
namespace {

std::optional<LoginForm> form(const char* login, const std::vector<std::string>& domains) {
    return form_of(*identity::Login::parse(login), domains);
}

TEST(LoginForms, ALoginIsAUsernameWithALocalPart) {
    const std::pair<const char*, Values> cases[] = {
        {"Jane", {{"username", "jane"}, {"local", "jane"}}},
        {"jane@X.Test", {{"username", "jane@x.test"}, {"local", "jane"}, {"domain", "x.test"}}},
        {"a@b@c", {{"username", "a@b@c"}, {"local", "a@b"}, {"domain", "c"}}},
        {"jane@", {{"username", "jane@"}, {"local", "jane"}}},
        {"@x.test", {{"username", "@x.test"}, {"local", ""}, {"domain", "x.test"}}},
    };
    for (const auto& [login, values] : cases) {
        for (const auto& domains : {std::vector<std::string>{}, {"CORP"}}) {
            const auto found = form(login, domains);
            ASSERT_TRUE(found) << login;
            EXPECT_EQ(found->values, values) << login;
            EXPECT_FALSE(found->is_netbios) << login;
        }
    }
}

TEST(LoginForms, AListedDomainStandsBeforeAnAccountName) {
    for (const char* login : {"corp\\jane", "CORP\\Jane", "corp\xEF\xBC\xBCjane"}) {
        const auto found = form(login, {"SALES", "Corp"});
        ASSERT_TRUE(found) << login;
        EXPECT_EQ(found->values, (Values{{"username", "jane"}, {"local", "jane"}})) << login;
        EXPECT_TRUE(found->is_netbios) << login;
    }
}

TEST(LoginForms, OfAnotherDomainIsNobody) {
    for (const char* login :
         {"other\\jane", "\\jane", "corp\\", "corp\\a\\b", "corp\\\\jane", "corp \\jane",
          "corp\\jane@x.test", "jane@x.test\\corp", "other\\corp\\jane"})
        EXPECT_FALSE(form(login, {"CORP"})) << login;
}

TEST(LoginForms, WithoutDomainsABackslashIsACharacter) {
    const auto found = form("corp\\jane", {});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->values, (Values{{"username", "corp\\jane"}, {"local", "corp\\jane"}}));
    EXPECT_FALSE(found->is_netbios);
}

}  // namespace
}  // namespace postern::ldap
