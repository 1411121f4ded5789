#include "ldap/filter_template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::ldap {
namespace {

using testing::HasSubstr;

constexpr std::string_view login[] = {"username", "local", "domain"};
constexpr std::string_view group[] = {"dn"};

TEST(FilterTemplate, ValuesAreEscapedEachInItsPlace) {
    const Values values{{"username", "j*@x.test"},
                        {"local", "j*"},
                        {"domain", "x.test"},
                        {"dn", "cn=Doe\\, J (x),dc=test"}};
    struct Case {
        const char* text;
        std::span<const std::string_view> placeholders;
        const char* filled;
    };
    const Case cases[] = {
        {"(uid=?)", login, "(uid=j\\2a@x.test)"},
        {"(&(objectClass=inetOrgPerson)(|(uid={local})(mail=?)))", login,
         "(&(objectClass=inetOrgPerson)(|(uid=j\\2a)(mail=j\\2a@x.test)))"},
        {"(proxyAddresses=smtp:{username})", login, "(proxyAddresses=smtp:j\\2a@x.test)"},
        {"(mail=*{domain})", login, "(mail=*x.test)"},
        {"(cn:caseExactMatch:={local})", login, "(cn:caseExactMatch:=j\\2a)"},
        {"(cn={local}\\3f)", login, "(cn=j\\2a\\3f)"},
        {"(cn=\\7b{local}\\7d)", login, "(cn=\\7bj\\2a\\7d)"},
        {"(member={dn})", group, "(member=cn=Doe\\5c, J \\28x\\29,dc=test)"},
        {"(member:1.2.840.113556.1.4.1941:={dn})", group,
         "(member:1.2.840.113556.1.4.1941:=cn=Doe\\5c, J \\28x\\29,dc=test)"},
    };
    for (const auto& [text, placeholders, filled] : cases) {
        const auto parsed = FilterTemplate::parse(text, placeholders);
        ASSERT_TRUE(parsed.has_value()) << text << ": " << parsed.error().hint;
        EXPECT_EQ(parsed->fill(values), filled) << text;
    }
}

TEST(FilterTemplate, EverybodyIsWhoeverSomeValueWouldFind) {
    struct Case {
        const char *text, *everybody;  // nullptr: there is no such filter
    };
    for (const auto& [text, everybody] : {
             Case{"(uid=?)", "(uid=*)"},
             Case{"(&(objectClass=inetOrgPerson)(|(uid={local})(mail=?)))",
                  "(&(objectClass=inetOrgPerson)(|(uid=*)(mail=*)))"},
             Case{"(proxyAddresses=smtp:{username})", "(proxyAddresses=*)"},
             Case{"(mail={local}@{domain})", "(mail=*)"},
             Case{"(cn=*{local}*)", "(cn=*)"},
             Case{"(mail=x*{domain})", "(mail=x*)"},
             Case{"(|(uid=?)(cn=a\\2a\\2ab*c))", "(|(uid=*)(cn=a\\2a\\2ab*c))"},
             Case{"(uid>={username})", nullptr},
             Case{"(cn:caseExactMatch:={local})", nullptr},
         }) {
        const auto parsed = FilterTemplate::parse(text, login);
        ASSERT_TRUE(parsed.has_value()) << text;
        EXPECT_EQ(parsed->anybody(),
                  everybody != nullptr ? std::optional<std::string>(everybody) : std::nullopt)
            << text;
    }
}

TEST(FilterTemplate, NobodyIsMeantWithoutAValue) {
    const auto parsed = FilterTemplate::parse("(mail={local}*{domain})", login);
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(parsed->fill({{"local", ""}, {"domain", "x"}}), std::nullopt);
    EXPECT_EQ(parsed->fill({{"local", "a"}}), std::nullopt);
    EXPECT_TRUE(parsed->uses("domain"));
    EXPECT_FALSE(parsed->uses("username"));
}

TEST(FilterTemplate, PlaceholdersStandInValuesAndNowhereElse) {
    struct Case {
        const char* text;
        std::size_t offset;
        const char* what;
    };
    const Case cases[] = {
        {"({local}=jane)", 1, "outside of a filter's values"},
        {"({local}=?)", 1, "outside of a filter's values"},
        {"(x-{local}=?)", 3, "outside of a filter's values"},
        {"(cn;{local}=?)", 4, "outside of a filter's values"},
        {"(cn:{local}:=?)", 4, "outside of a filter's values"},
        {"(:{local}:=x)", 2, "outside of a filter's values"},
        {"({local}=*)", 1, "outside of a filter's values"},
        {"{username}", 0, "no search filter"},
        {"(uid{local})", 11, "no search filter"},
        {"(uid=x){local}", 7, "no search filter"},
        {"({local})", 8, "no search filter"},
        {"({local}(uid=x))", 8, "no search filter"},
        {"(uid=\\{local})", 5, "no search filter"},
        {"(uid=\\2{local})", 5, "no search filter"},
        {"(uid=?", 6, "no search filter"},
        {"uid=?", 0, "no search filter"},
        {"(&(uid=?) (cn=x))", 9, "no search filter"},
        {"(uid=jane)", 0, "no placeholder"},
        {"(uid={usrname})", 5, "unknown placeholder"},
    };
    for (const auto& [text, offset, what] : cases) {
        const auto parsed = FilterTemplate::parse(text, login);
        ASSERT_FALSE(parsed.has_value()) << text;
        EXPECT_THAT(parsed.error().what, HasSubstr(what)) << text;
        EXPECT_EQ(parsed.error().offset, offset) << text << ": " << parsed.error().hint;
        EXPECT_FALSE(parsed.error().hint.empty()) << text;
    }
}

}  // namespace
}  // namespace postern::ldap
