#include "ldap/ldap_settings.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::ldap {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Heard final : public observe::Log {
 public:
    std::string lines;

 private:
    void line(observe::Level, const std::string& text) override { lines += text + "\n"; }
};

std::vector<std::string> problems_of(std::string_view lines, Heard& log) {
    auto document = config::Document::parse(
        fmt::format("[directory.corp]\nfilter.name = \"(uid=?)\"\n{}", lines), "postern.toml");
    auto section = document.root().table("directory").table("corp");
    read_settings(section, log);
    std::vector<std::string> problems;
    for (const auto& problem : document.problems())
        problems.push_back(problem.text());
    return problems;
}

constexpr std::string_view server = "url = \"ldapi:///run/ldapi\"\n";
constexpr std::string_view base = "base-dn = \"dc=example,dc=org\"\n";

TEST(LdapSettings, MistakesAreNamed) {
    const std::string good = fmt::format("{}{}", server, base);
    const std::pair<std::string, const char*> cases[] = {
        {std::string(base), "without a server"},
        {std::string(server), "where to search"},
        {fmt::format("{}base-dn = \"example.org\"\n", server), "\"example.org\" is no DN"},
        {fmt::format("url = \"ldap.internal\"\n{}", base), "no address of an LDAP server"},
        {good + "bind.secret = \"x\"\n", "a password without a name"},
        {good + "bind.dn = \"cn=postern\"\n", "needs a name and a password"},
        {good + "bind = { dn = \"cn=postern\", mechanism = \"external\" }\n", "of no use"},
        {good + "bind.auth.method = \"template\"\n", "needs a template"},
        {good + "bind.auth.template = \"uid={local},dc=org\"\n", "a template is of no use"},
        {good + "bind.auth = { method = \"template\", template = \"?@corp.example\" }\n",
         "is no DN"},
        {good + "filter.email = \"(mail=jane)\"\n", "no placeholder"},
        {good + "cache.check = \"attribute\"\nattributes.changed = []\n",
         "no attribute that cache.check could look at"},
        {good + "filter.list = \"objectClass=person\"\n", "at octet 1: no search filter"},
    };
    for (const auto& [lines, what] : cases) {
        Heard log;
        EXPECT_THAT(problems_of(lines, log), ElementsAre(HasSubstr(what))) << lines;
    }
}

// A listing may leave somebody out; his password is remembered nevertheless.
TEST(LdapSettings, ChangesAreHeardOfEverybodyWhoCouldLogIn) {
    const std::pair<const char*, const char*> cases[] = {
        {"filter.name = \"(uid=?)\"", "(uid=*)"},
        {"filter = { name = \"(uid=?)\", list = \"(uid=jane)\" }", "(uid=*)"},
        {"filter = { name = \"(uid=?)\", email = \"(mail=?)\" }", "(|(uid=*)(mail=*))"},
    };
    for (const auto& [filter, followed] : cases) {
        Heard log;
        auto document = config::Document::parse(
            fmt::format("[directory.corp]\n{}{}{}\ncache.watch = true\n", server, base, filter),
            "postern.toml");
        auto section = document.root().table("directory").table("corp");
        const auto settings = read_settings(section, log);
        ASSERT_TRUE(settings) << filter;
        EXPECT_EQ(settings->filter_followed, followed) << filter;
        EXPECT_TRUE(settings->is_followed);
    }
}

TEST(LdapSettings, WhatDeservesALookIsLogged) {
    const std::pair<std::string, const char*> cases[] = {
        {fmt::format("url = \"ldap://ldap.internal\"\n{}", base), "in the clear"},
        {fmt::format("{}base-dn = \"\"\n", server), "an empty base-dn"},
    };
    for (const auto& [lines, what] : cases) {
        Heard log;
        EXPECT_THAT(problems_of(lines, log), IsEmpty()) << lines;
        EXPECT_THAT(log.lines, HasSubstr(what)) << lines;
    }
}

}  // namespace
}  // namespace postern::ldap
