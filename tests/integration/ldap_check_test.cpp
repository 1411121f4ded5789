// cache.check = "attribute": what is remembered of an account in a real OpenLDAP lasts until its
// entry changes.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

#include "support/directory_host.hpp"
#include "support/eventually.hpp"
#include "support/slapd.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::eventually;
using test::Slapd;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string jane = "uid=jane,ou=people," + Slapd::base();
const std::string first = "correct horse";
const std::string attributes_of_ours = "attr=pwdChangedTime pwdLastSet entryCSN modifyTimestamp";

// A check at every login, unless `more` says otherwise.
std::string settings(const std::string& url, const std::string& bind,
                     const std::string& cache = "local = \"0s\"") {
    return fmt::format(
        "type = \"ldap\"\nurl = \"{}\"\nbase-dn = \"{}\"\n"
        "filter.name = \"(&(objectClass=inetOrgPerson)(|(uid=?)(mail=?)))\"\n{}"
        "cache = {{ check = \"attribute\", {} }}\n",
        url, Slapd::base(), bind, cache);
}
std::string as(const std::string& account, std::string_view password) {
    return fmt::format("bind = {{ dn = \"{}\", secret = \"{}\", auth.method = \"", account,
                       password);
}
const std::string by_lookup = as(Slapd::service_dn(), Slapd::service_password) + "lookup\" }\n";
const std::string by_hash = as("cn=verifier,ou=services," + Slapd::base(), "verifier secret") +
                            "default\" }\nallow-weak-schemes = true\n";
const std::string by_template =
    as(Slapd::service_dn(), Slapd::service_password) +
    "template\", auth.template = \"uid={local},ou=people,dc=example,dc=org\" }\n";

std::string replace(const std::string& dn, const std::string& attribute, const std::string& value) {
    return fmt::format("dn: {0}\nchangetype: modify\nreplace: {1}\n{1}: {2}\n", dn, attribute,
                       value);
}

// "accepted by cache", "bad_credentials by directory".
std::string ask(DirectoryHost& host, const std::string& login, const std::string& password) {
    const auto answer = host.authenticate(login, password);
    if (const auto* accepted = std::get_if<identity::Accepted>(&answer))
        return std::string("accepted by ") + to_string(accepted->source);
    if (const auto* rejected = std::get_if<identity::Rejected>(&answer))
        return fmt::format("{} by {}", to_string(rejected->reason), to_string(rejected->source));
    return test::in_words(answer);
}

class LdapCheck : public testing::Test {
 protected:
    Slapd slapd;
};

TEST_F(LdapCheck, AnOldPasswordEndsWithTheChangeHoweverPasswordsAreChecked) {
    std::string password = first;
    for (const auto& bind : {by_lookup, by_hash, by_template}) {
        DirectoryHost host(settings(slapd.url(), bind));
        EXPECT_EQ(ask(host, "jane", password), "accepted by directory") << bind << host.log();
        EXPECT_EQ(ask(host, "jane", password), "accepted by cache") << bind << host.log();
        const auto next = password + "!";
        slapd.modify(replace(jane, "userPassword", next));
        EXPECT_EQ(ask(host, "jane", password), "bad_credentials by directory") << bind;
        EXPECT_EQ(ask(host, "jane", next), "accepted by directory") << bind;
        EXPECT_EQ(ask(host, "jane", next), "accepted by cache") << bind;
        EXPECT_EQ(ask(host, "jane", password), "bad_credentials by directory") << bind;
        EXPECT_EQ(ask(host, "jane", password), "bad_credentials by cache") << bind;
        password = next;
    }
    EXPECT_TRUE(slapd.logs(attributes_of_ours + "\n")) << slapd.log();
}

TEST_F(LdapCheck, WithinItsTimeNothingIsAsked) {
    DirectoryHost host(settings(slapd.url(), by_lookup, "local = \"1h\""));
    EXPECT_EQ(ask(host, "jane", first), "accepted by directory");
    slapd.modify(replace(jane, "userPassword", "another one"));
    EXPECT_EQ(ask(host, "jane", first), "accepted by cache");
    EXPECT_THAT(slapd.log(), Not(HasSubstr(attributes_of_ours + "\n")));
}

TEST_F(LdapCheck, WhatElseHasChangedIsLearned) {
    DirectoryHost host(settings(slapd.url(), by_lookup));
    ask(host, "jane", first);
    slapd.modify(replace(jane, "mail", "jane.doe@example.org"));
    EXPECT_THAT(host.principal("jane", first).addresses, ElementsAre("jane.doe@example.org"));
    EXPECT_EQ(ask(host, "jane", first), "accepted by cache");
    slapd.modify(replace("uid=joe,ou=people," + Slapd::base(), "description", "somebody else"));
    EXPECT_EQ(ask(host, "jane", first), "accepted by cache");
}

TEST_F(LdapCheck, WhoIsRenamedIsAskedAboutAndWhoIsDeletedRefused) {
    DirectoryHost host(settings(slapd.url(), by_lookup));
    ask(host, "jane@example.org", first);
    slapd.modify("dn: " + jane + "\nchangetype: modrdn\nnewrdn: uid=janet\ndeleteoldrdn: 1\n");
    EXPECT_EQ(ask(host, "jane@example.org", first), "accepted by directory");
    EXPECT_EQ(ask(host, "jane@example.org", first), "accepted by cache");
    slapd.modify("dn: uid=janet,ou=people," + Slapd::base() + "\nchangetype: delete\n");
    EXPECT_EQ(ask(host, "jane@example.org", first), "unknown_user by directory");
}

TEST_F(LdapCheck, WhileTheServerIsStoppedWhatIsRememberedServes) {
    DirectoryHost host(settings(slapd.url(), by_lookup));
    ask(host, "jane", first);
    slapd.stop();
    for (int i = 0; i < 8; ++i)
        EXPECT_EQ(ask(host, "jane", first), "accepted by cache") << host.log();
    EXPECT_THAT(host.log(), HasSubstr("cache.unchecked"));
    EXPECT_EQ(ask(host, "joe", "whatever"), "unavailable directory");
    slapd.start();
    slapd.modify(replace(jane, "userPassword", "another one"));
    EXPECT_TRUE(eventually([&] {
        return ask(host, "jane", first) == "bad_credentials by directory";
    })) << host.log();
}

TEST_F(LdapCheck, AServerThatFallsSilentIsWaitedForAFourthOfTheTime) {
    DirectoryHost host(settings(slapd.url(), by_lookup) + "timeout = \"2s\"\n");
    ask(host, "jane", first);
    slapd.suspend();
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_EQ(ask(host, "jane", first), "accepted by cache");
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(1));
    slapd.resume();
}

// Such a server writes into the entry when a password was wrong, and when one is right again.
TEST(LdapCheckPolicy, WrongPasswordsOfOthersCostAQuestionUnlessOnlyPasswordsAreLookedAt) {
    Slapd slapd({.policy = true});
    slapd.modify(replace(jane, "pwdChangedTime",
                         fmt::format("{:%Y%m%d%H%M%S}Z", fmt::gmtime(std::time(nullptr) - 3600))));
    DirectoryHost host(settings(slapd.url(), by_lookup));
    DirectoryHost wise(settings(slapd.url(), by_lookup) +
                       "attributes.changed = \"pwdChangedTime\"\n");
    for (auto* each : {&host, &wise})
        EXPECT_EQ(ask(*each, "jane", first), "accepted by directory");
    EXPECT_EQ(ask(host, "jane", "wrong"), "bad_credentials by directory");
    EXPECT_EQ(ask(wise, "jane", first), "accepted by cache") << slapd.log();
    EXPECT_EQ(ask(host, "jane", first), "accepted by directory");
    ask(host, "jane", first);
    EXPECT_EQ(ask(host, "jane", first), "accepted by cache");
    slapd.modify(replace(jane, "userPassword", "another one"));
    for (auto* each : {&host, &wise})
        EXPECT_EQ(ask(*each, "jane", first), "bad_credentials by directory");
}

TEST(LdapCheckRights, WhatIsHiddenFromUsCannotBeChecked) {
    Slapd slapd({.access = "access to attrs=entryCSN,modifyTimestamp by * none\n"});
    DirectoryHost host(settings(slapd.url(), by_lookup));
    EXPECT_EQ(ask(host, "jane", first), "accepted by directory");
    EXPECT_EQ(ask(host, "jane", first), "accepted by directory");
    EXPECT_THAT(host.findings(), Contains(HasSubstr("so cache.check cannot tell")));
    slapd.stop();
    EXPECT_EQ(ask(host, "jane", first), "accepted by cache") << "as without any check";
}

TEST(LdapCheckRights, WhatIsShownIsNoFinding) {
    Slapd slapd;
    DirectoryHost host(settings(slapd.url(), by_lookup));
    EXPECT_THAT(host.findings(), Not(Contains(HasSubstr("cache.check"))));
}

TEST(CacheCheck, ADirectoryThatCannotTellIsAMistake) {
    const auto mistakes = [](const std::string& check) {
        return DirectoryHost::mistakes(
            fmt::format("type = \"memory\"\nprincipals = [{{ name = \"jane\", secret = \"x\" }}]\n"
                        "cache.check = \"{}\"\n",
                        check));
    };
    EXPECT_THAT(mistakes("attribute"),
                ElementsAre(AllOf(HasSubstr("t:4:15: "),
                                  HasSubstr("this directory cannot tell whether an account has "
                                            "changed; cache.check = \"none\""))));
    EXPECT_THAT(mistakes("none"), ElementsAre());
    EXPECT_THAT(mistakes("always"), Contains(HasSubstr("t:4:15: ")));
}

}  // namespace
}  // namespace postern
