#include "ldap/template_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::ldap {
namespace {

using testing::HasSubstr;

constexpr std::string_view login[] = {"username", "local", "domain"};
constexpr std::string_view group[] = {"dn"};

std::string quoted(std::string_view value) {
    return "<" + std::string(value) + ">";
}

TEST(TemplateText, ValuesTakeTheirPlaceholdersPlaceOnce) {
    const Values values{
        {"username", "{local}?"}, {"local", "{domain}"}, {"domain", "?"}, {"dn", "no"}};
    const std::pair<const char*, const char*> cases[] = {
        {"{username}", "<{local}?>"},
        {"?", "<{local}?>"},
        {"{user}", "<{local}?>"},
        {"{email}", "<{local}?>"},
        {"a{local}b{domain}c", "a<{domain}>b<?>c"},
        {"{local}{local}", "<{domain}><{domain}>"},
        {"??", "<{local}?><{local}?>"},
    };
    for (const auto& [text, filled] : cases) {
        const auto parsed = TemplateText::parse(text, login);
        ASSERT_TRUE(parsed.has_value()) << text;
        EXPECT_EQ(parsed->fill(values, quoted), filled) << text;
    }
}

TEST(TemplateText, WhoHasNoValueIsNobody) {
    const auto parsed = TemplateText::parse("{local}@{domain}", login);
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(parsed->fill({{"local", "a"}, {"domain", "b"}}, quoted), "<a>@<b>");
    for (const Values& values :
         {Values{}, Values{{"local", "a"}}, Values{{"local", "a"}, {"domain", ""}},
          Values{{"local", " "}, {"domain", "b"}}, Values{{"local", "a"}, {"domain", "  "}}})
        EXPECT_EQ(parsed->fill(values, quoted), std::nullopt);
}

TEST(TemplateText, KnowsWhatItUses) {
    const auto parsed = TemplateText::parse("?{domain}", login);
    ASSERT_TRUE(parsed.has_value());
    EXPECT_TRUE(parsed->uses("username"));
    EXPECT_TRUE(parsed->uses("domain"));
    EXPECT_FALSE(parsed->uses("local"));
}

TEST(TemplateText, MistakesHaveAPlaceAndAHint) {
    struct Case {
        const char* text;
        std::span<const std::string_view> known;
        std::size_t offset;
        const char *what, *hint;
    };
    const Case cases[] = {
        {"", login, 0, "no placeholder", "{username} {local} {domain}"},
        {"(uid=jane)", login, 0, "no placeholder", "{username} {local} {domain}"},
        {"a{usrname}", login, 1, "unknown placeholder {usrname}", "did you mean \"username\"?"},
        {"a{xyz}", login, 1, "unknown placeholder {xyz}", "{username} {local} {domain}"},
        {"{}", login, 0, "unknown placeholder {}", "{username}"},
        {"{Username}", login, 0, "unknown placeholder", "username"},
        {"{ username }", login, 0, "unknown placeholder", "username"},
        {"{{username}}", login, 0, "brace", "\\7b"},
        {"{username}}", login, 10, "brace", "\\7d"},
        {"ab}", login, 2, "brace", "\\7d"},
        {"{username", login, 0, "brace", "\\7b"},
        {"{user{local}", login, 0, "brace", "\\7b"},
        {"(member=?)", group, 8, "\"?\" stands for {username}", "{dn}"},
        {"(member={username})", group, 8, "unknown placeholder", "{dn}"},
        {"(member={user})", group, 8, "unknown placeholder", "{dn}"},
    };
    for (const auto& [text, known, offset, what, hint] : cases) {
        const auto parsed = TemplateText::parse(text, known);
        ASSERT_FALSE(parsed.has_value()) << text;
        EXPECT_EQ(parsed.error().offset, offset) << text;
        EXPECT_THAT(parsed.error().what, HasSubstr(what)) << text;
        EXPECT_THAT(parsed.error().hint, HasSubstr(hint)) << text;
    }
}

TEST(TemplateText, AnOctetOfTheSampleHasItsOriginInTheTemplate) {
    const auto parsed = TemplateText::parse("ab{local}cd?", login);
    ASSERT_TRUE(parsed.has_value());
    const auto sample = parsed->sample();
    EXPECT_EQ(sample.text, "absentinelcdsentinel");
    const std::pair<std::size_t, std::size_t> cases[] = {
        {0, 0}, {1, 1}, {2, 2}, {9, 2}, {10, 9}, {11, 10}, {12, 11}, {19, 11}, {20, 12}};
    for (const auto& [offset, origin] : cases)
        EXPECT_EQ(parsed->origin(sample, offset), origin) << offset;
}

}  // namespace
}  // namespace postern::ldap
