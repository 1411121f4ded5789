#include "ldap/attribute_settings.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::ldap {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Read {
    AttributeSettings settings;
    std::vector<std::string> problems;
};

Read read(std::string_view lines) {
    auto document = config::Document::parse(fmt::format("[directory.people.attributes]\n{}", lines),
                                            "postern.toml");
    auto section = document.root().table("directory").table("people").table("attributes");
    Read result{AttributeSettings::read(section), {}};
    document.report_unknown_keys();
    for (const auto& problem : document.problems())
        result.problems.push_back(problem.text());
    return result;
}

TEST(AttributeSettings, DefaultsFitOpenLdap) {
    const auto [settings, problems] = read("");
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_THAT(settings.name, ElementsAre("uid"));
    EXPECT_THAT(settings.email, ElementsAre("mail"));
    EXPECT_THAT(settings.groups, ElementsAre("memberOf"));
    EXPECT_THAT(settings.secret, ElementsAre("userPassword"));
    EXPECT_THAT(settings.class_names, ElementsAre("objectClass"));
    EXPECT_THAT(settings.email_alias, IsEmpty());
    EXPECT_THAT(settings.on_behalf_of, IsEmpty());
    EXPECT_THAT(settings.wanted(),
                ElementsAre("uid", "mail", "memberOf", "objectClass", "userAccountControl",
                            "nsAccountLock", "pwdAccountLockedTime"));
}

TEST(AttributeSettings, EachIsOneOrAList) {
    const auto [settings, problems] = read(R"(
name = "sAMAccountName"
email = ["mail", "proxyAddresses"]
email-alias = ["ProxyAddresses", "mailAlias;lang-de"]
groups = []
secret = "unicodePwd"
description = "displayName"
class = "employeeType"
on-behalf-of = "publicDelegatesBL"
further = ["mailHost", "2.5.4.3", "mail"]
)");
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_THAT(settings.email, ElementsAre("mail", "proxyAddresses"));
    EXPECT_THAT(settings.groups, IsEmpty());
    EXPECT_THAT(settings.further, ElementsAre("mailHost", "2.5.4.3", "mail"));
    EXPECT_THAT(
        settings.wanted(),
        ElementsAre("sAMAccountName", "mail", "proxyAddresses", "mailAlias;lang-de", "displayName",
                    "employeeType", "publicDelegatesBL", "mailHost", "2.5.4.3", "objectClass",
                    "userAccountControl", "nsAccountLock", "pwdAccountLockedTime"));
    EXPECT_EQ(settings.wanted_with_secret().back(), "unicodePwd");
    EXPECT_EQ(settings.wanted_with_secret().size(), settings.wanted().size() + 1);
}

TEST(AttributeSettings, MistakesAreNamed) {
    struct Case {
        const char *lines, *what;
    };
    for (const auto& [lines, what] : {
             Case{"email = \"e mail\"", "\"e mail\" is no attribute's name"},
             Case{"email = [\"mail\", \"mail)(uid=*\"]", "\"mail)(uid=*\" is no attribute's name"},
             Case{"further = \"*\"", "\"*\" is no attribute's name"},
             Case{"further = \"+\"", "\"+\" is no attribute's name"},
             Case{"groups = \"member;range=0-1\"", "is no attribute's name"},
             Case{"secret = \"\"", "\"\" is no attribute's name"},
             Case{"name = []", "no attribute that names an account"},
             Case{"further = \"userpassword\"", "\"userpassword\" is the password's attribute"},
             Case{"email = [\"mail\", \"userPassword;x-1\"]", "is the password's attribute"},
             Case{"secret = \"mail\"", "\"mail\" is the password's attribute"},
             Case{"e-mail = \"mail\"", "email"},
         }) {
        const auto problems = read(lines).problems;
        EXPECT_THAT(problems, ElementsAre(AllOf(HasSubstr(":2:"), HasSubstr(what)))) << lines;
    }
}

}  // namespace
}  // namespace postern::ldap
