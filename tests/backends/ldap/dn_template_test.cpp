#include "ldap/dn_template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ldap/login_forms.hpp"

namespace postern::ldap {
namespace {

using testing::HasSubstr;

// The template filled for a login.
std::optional<std::string> fill(const char* text, const char* login) {
    const auto parsed = DnTemplate::parse(text);
    if (!parsed) {
        ADD_FAILURE() << text << ": " << parsed.error().what;
        return std::nullopt;
    }
    return parsed->fill(form_of(*identity::Login::parse(login), {})->values);
}

TEST(DnTemplate, ValuesAreEscapedForADn) {
    struct Case {
        const char *text, *login, *filled;
    };
    const Case cases[] = {
        {"uid={local},ou=people,dc=x", "jane@x.test", "uid=jane,ou=people,dc=x"},
        {"uid=?,ou=people,dc=x", "jane@x.test", "uid=jane@x.test,ou=people,dc=x"},
        {"uid={local},ou={domain},dc=x", "jane@x.test", "uid=jane,ou=x.test,dc=x"},
        {"uid={username},dc=x", "a,dc=y", "uid=a\\,dc\\=y,dc=x"},
        {"cn={local}+uid={local},dc=x", "#j@x", "cn=\\#j+uid=\\#j,dc=x"},
        {"cn=user {local} x,dc=x", " j @x", "cn=user \\20j\\20 x,dc=x"},
    };
    for (const auto& [text, login, filled] : cases) {
        EXPECT_EQ(fill(text, login), filled) << text;
        EXPECT_TRUE(DnTemplate::parse(text)->is_dn()) << text;
    }
}

TEST(DnTemplate, ActiveDirectoryTakesOtherNames) {
    struct Case {
        const char *text, *login, *filled;
    };
    const Case cases[] = {
        {"{username}@corp.example", "jane", "jane@corp.example"},
        {"{local}@corp.example", "jane@x.test", "jane@corp.example"},
        {"{local}@{domain}", "jane@x.test", "jane@x.test"},
        {"CORP\\{local}", "jane@x.test", "CORP\\jane"},
        {"corp.example\\?", "jane", "corp.example\\jane"},
        {"{domain}\\{local}", "jane@corp", "corp\\jane"},
        {"{username}", "jane@x.test", "jane@x.test"},
        {"?", "jane", "jane"},
        {"{local}", "jane@x.test", "jane"},
        {"{username}", "j\xC3\xA4ne.o'neil-2$", "j\xC3\xA4ne.o'neil-2$"},
    };
    for (const auto& [text, login, filled] : cases) {
        EXPECT_EQ(fill(text, login), filled) << text;
        EXPECT_FALSE(DnTemplate::parse(text)->is_dn()) << text;
    }
}

TEST(DnTemplate, NamesWithoutEscapesTakePlainValuesOnly) {
    for (const char* text : {"{username}@corp.example", "CORP\\{username}", "{username}"}) {
        for (const char* login : {"corp\\jane",
                                  "cn=jane",
                                  "cn=jane,dc=x",
                                  "corp.example/users/jane",
                                  "a:b",
                                  "a;b",
                                  "a|b",
                                  "a+b",
                                  "a*",
                                  "a?",
                                  "<a",
                                  "a>",
                                  "\"a\"",
                                  "[a",
                                  "a]",
                                  "{4fa050f0-0001}",
                                  " a",
                                  "a ",
                                  "a@b@c",
                                  "@a",
                                  "a@",
                                  "a\xEF\xBC\x9D"
                                  "b"})
            EXPECT_EQ(fill(text, login), std::nullopt) << text << " " << login;
    }
    for (const char* text : {"{username}@corp.example", "CORP\\{username}"})
        EXPECT_EQ(fill(text, "jane@evil.test"), std::nullopt) << text;
    EXPECT_EQ(fill("{local}@corp.example", "a@b@c"), std::nullopt);
    EXPECT_EQ(fill("{local}", "a@b@c"), std::nullopt);
    for (const char* octets : {"a\nb", "a\x7F", "\xC2\x85", "\xFF"})
        EXPECT_EQ(DnTemplate::parse("{username}")->fill({{"username", octets}}), std::nullopt);
}

TEST(DnTemplate, NobodyIsMeantWithoutAValue) {
    EXPECT_EQ(fill("uid={local},ou={domain}", "jane"), std::nullopt);
    EXPECT_EQ(fill("uid={local},dc=x", "@x.test"), std::nullopt);
    EXPECT_EQ(fill("{local}@{domain}", "jane"), std::nullopt);
    EXPECT_EQ(DnTemplate::parse("uid=?")->fill({}), std::nullopt);
    EXPECT_EQ(DnTemplate::parse("uid=?")->fill({{"username", " "}}), std::nullopt);
}

TEST(DnTemplate, PlaceholdersStandInValuesAndNowhereElse) {
    struct Case {
        const char* text;
        std::size_t offset;
        const char* what;
    };
    const Case cases[] = {
        {"{local}=x,dc=y", 0, "outside of a DN's values"},
        {"x{local}=?,dc=y", 1, "outside of a DN's values"},
        {"uid=#{local}", 5, "no DN"},
        {"uid=\\{local},dc=x", 4, "no DN"},
        {"uid=\\2{local},dc=x", 4, "no DN"},
        {"uid=\"{local}\",dc=x", 4, "no DN"},
        {"uid=?,", 6, "no DN"},
        {"uid=?,{local}", 6, "no DN"},
        {"uid=?;dc=x", 5, "no DN"},
        {"uid=jane,dc=x", 0, "no placeholder"},
        {"uid={dn}", 4, "unknown placeholder"},
        {"{username}@{domain}", 0, "no DN"},
        {"{username}@", 0, "no DN"},
        {"{username}@a b", 0, "no DN"},
        {"{username}@corp.example/x", 0, "no DN"},
        {"\\{username}", 0, "no DN"},
        {"a b\\{username}", 0, "no DN"},
        {"CORP\\x{username}", 0, "no DN"},
        {"x{username}", 0, "no DN"},
        {"{username}x", 0, "no DN"},
        {"{domain}", 0, "no DN"},
        {"{local}{local}", 0, "no DN"},
        {"CORP/{username}", 0, "no DN"},
    };
    for (const auto& [text, offset, what] : cases) {
        const auto parsed = DnTemplate::parse(text);
        ASSERT_FALSE(parsed.has_value()) << text;
        EXPECT_THAT(parsed.error().what, HasSubstr(what)) << text;
        EXPECT_EQ(parsed.error().offset, offset) << text;
        EXPECT_FALSE(parsed.error().hint.empty()) << text;
    }
}

}  // namespace
}  // namespace postern::ldap
