// Logins that want to be more than a value.
#include <gtest/gtest.h>

#include "ldap/dn.hpp"
#include "ldap/dn_template.hpp"
#include "ldap/filter.hpp"
#include "ldap/filter_template.hpp"
#include "ldap/login_forms.hpp"

namespace postern::ldap {
namespace {

constexpr const char* attempts[] = {
    "*",
    "**",
    "*)",
    "(*)",
    "j*",
    "*)(uid=*",
    "*)(uid=*))(|(uid=*",
    "*)(&",
    "*))%00",
    "*()|&'",
    "*()|%26'",
    "*(|(mail=*))",
    "*(|(objectclass=*))",
    "*)(|(mail=*))",
    "*)(|(objectclass=*))",
    "*/*",
    "*|",
    "admin*",
    "admin*)((|userPassword=*)",
    "admin)(&)",
    "admin)(!(&(1=0",
    "admin))(|(|",
    "x)(|(cn=*))(cn=x",
    "x' or name()='username' or 'x'='y",
    "/",
    "//",
    "//*",
    "@*",
    "|",
    "!",
    "&",
    "=",
    ">=",
    "~=x",
    ":=x",
    ":dn:=x",
    ":1.2.840.113556.1.4.1941:=x",
    "\\",
    "\\\\",
    "\\2a",
    "\\2A)(uid=\\2a",
    "\\28",
    "\\00",
    "jane\\",
    "jane\\,ou=admins",
    "jane,ou=admins",
    "jane,dc=evil,dc=test",
    "jane+cn=admin",
    "jane;ou=admins",
    "\"jane\",ou=admins",
    "jane\",ou=\"admins",
    "#0403616263",
    "#",
    "<jane>",
    "cn=admin,dc=example,dc=org",
    "jane=x",
    " jane ",
    "jane\\ ",
    "\\20",
    "?",
    "{username}",
    "{local}@{domain}",
    "{dn}",
    "%s%n%u%d",
    "\xEF\xBC\x8A",                          // a fullwidth asterisk
    "\xEF\xBC\x88\xEF\xBC\x89\xEF\xBC\xBC",  // fullwidth parentheses and backslash
    "jane\xEF\xBC\x8Cou=admins",             // a fullwidth comma
    "j\xC3\xA4ne)(uid=*",
    "a@b)(uid=*",
    "*@*",
    "a,b@c,d",
    "(a)@(b)",
};

Values values_of(const char* attempt) {
    const auto login = identity::Login::parse(attempt);
    EXPECT_TRUE(login) << attempt;
    return form_of(*login, {})->values;
}

TEST(Injection, AFilterKeepsItsShapeAndItsValuesAreTheLogin) {
    constexpr std::string_view placeholders[] = {"username", "local"};
    const auto filter_template = FilterTemplate::parse(
        "(&(objectClass=person)(|(uid=?)(mail=smtp:{local}*x)(!(cn:dn:2.5.13.5:={username}))))",
        placeholders);
    ASSERT_TRUE(filter_template.has_value());
    EXPECT_GE(std::size(attempts), 50u);
    for (const char* attempt : attempts) {
        const auto values = values_of(attempt);
        const auto text = filter_template->fill(values);
        if (values.at("local").empty()) {
            EXPECT_EQ(text, std::nullopt) << attempt;
            continue;
        }
        ASSERT_TRUE(text) << attempt;
        const auto filter = parse_filter(*text);
        ASSERT_TRUE(filter.has_value()) << *text;
        EXPECT_EQ(filter->shape, "(&(objectClass=?)(|(uid=?)(mail=?*?)(!(cn:dn:2.5.13.5:=?))))");
        ASSERT_EQ(filter->values.size(), 5u) << *text;
        const auto value = [&](std::size_t i) { return unescape_filter_value(filter->values[i]); };
        EXPECT_EQ(value(1), values.at("username")) << *text;
        EXPECT_EQ(value(2), "smtp:" + values.at("local")) << *text;
        EXPECT_EQ(value(4), values.at("username")) << *text;
    }
}

TEST(Injection, ADnKeepsItsPartsAndItsValuesAreTheLogin) {
    const auto dn_template = DnTemplate::parse("uid=?+cn=x {local} y,ou=people,dc=x");
    ASSERT_TRUE(dn_template.has_value());
    for (const char* attempt : attempts) {
        const auto values = values_of(attempt);
        const auto text = dn_template->fill(values);
        if (values.at("local").empty()) {
            EXPECT_EQ(text, std::nullopt) << attempt;
            continue;
        }
        ASSERT_TRUE(text) << attempt;
        const auto dn = parse_dn(*text);
        ASSERT_TRUE(dn.has_value()) << *text;
        ASSERT_EQ(dn->size(), 3u) << *text;
        ASSERT_EQ(dn->front().size(), 2u) << *text;
        EXPECT_EQ(dn->front()[0].type, "uid");
        EXPECT_EQ(dn->front()[0].value, values.at("username")) << *text;
        EXPECT_FALSE(dn->front()[0].is_hexadecimal) << *text;
        EXPECT_EQ(dn->front()[1].value, "x " + values.at("local") + " y") << *text;
        EXPECT_TRUE(text->ends_with(",ou=people,dc=x")) << *text;
    }
}

TEST(Injection, ANameOfActiveDirectoryKeepsItsDomain) {
    for (const char* attempt : attempts) {
        const auto values = values_of(attempt);
        const auto principal = DnTemplate::parse("{username}@corp.example")->fill(values);
        if (principal) {
            EXPECT_EQ(*principal, values.at("username") + "@corp.example");
            EXPECT_EQ(principal->find('@'), values.at("username").size()) << attempt;
            EXPECT_FALSE(looks_like_dn(*principal)) << attempt;
        }
        const auto netbios = DnTemplate::parse("CORP\\{username}")->fill(values);
        if (netbios) {
            EXPECT_EQ(*netbios, "CORP\\" + values.at("username"));
            EXPECT_EQ(netbios->find_first_of("\\@/=", 5), std::string::npos) << attempt;
        }
    }
}

}  // namespace
}  // namespace postern::ldap
