#include "ldap/principal_reader.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::ldap {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Attributes = std::map<std::string, std::vector<std::string>, AttributeLess>;

// An entry that has a uid besides.
Reading read(Attributes attributes, const AttributeSettings& settings = {},
             GroupNames groups = GroupNames::dn) {
    attributes.try_emplace("uid", std::vector<std::string>{"jane"});
    auto reading = read_principal({"uid=jane,dc=x", std::move(attributes)}, settings, groups);
    if (reading) return std::move(*reading);
    ADD_FAILURE() << reading.error();
    return {};
}

TEST(PrincipalReader, TheNameIsTheFirstAsTheDirectorySpellsIt) {
    AttributeSettings settings;
    settings.name = {"sAMAccountName", "uid"};
    EXPECT_EQ(read({{"UID", {"Jane"}}}, settings).principal.name, "Jane");
    EXPECT_EQ(read({{"samaccountname", {"JD"}}, {"uid", {"x"}}}, settings).principal.name, "JD");
    EXPECT_EQ(read({{"uid", {"J\xC3\xA4ne D"}}}, settings).principal.name, "J\xC3\xA4ne D");
    EXPECT_EQ(read({{"uid;lang-de", {"x"}}, {"uid", {"Jane"}}}, settings).principal.name, "Jane");
}

TEST(PrincipalReader, OfSeveralNamesTheDnHasTheOneThatCounts) {
    const AttributeSettings settings;
    Entry entry{"UID=Jane+cn=Jane,ou=people", {{"uid", {"boss", "jane"}}}};
    EXPECT_EQ(read_principal(entry, settings, GroupNames::dn)->principal.name, "jane");
    for (const auto* dn : {"cn=jane,ou=people", "uid=joe,ou=people", "ou=people,uid=jane", ""}) {
        entry.dn = dn;
        const auto reading = read_principal(entry, settings, GroupNames::dn);
        ASSERT_FALSE(reading) << dn;
        EXPECT_EQ(reading.error(), "the entry has several uid and its DN names none of them");
    }
}

TEST(PrincipalReader, WithoutAGoodNameThereIsNobody) {
    AttributeSettings settings;
    settings.name = {"sAMAccountName", "uid"};
    const std::pair<Attributes, const char*> cases[] = {
        {{}, "no sAMAccountName and no uid"},
        {{{"cn", {"Jane"}}}, "no sAMAccountName and no uid"},
        {{{"uid", {}}}, "no sAMAccountName and no uid"},
        {{{"uid", {""}}}, "uid cannot be a login"},
        {{{"uid", {"a\nb"}}}, "uid cannot be a login"},
        {{{"uid", {"a\0b"s}}}, "uid cannot be a login"},
        {{{"uid", {"\xFF"}}}, "uid cannot be a login"},
        {{{"uid", {std::string(513, 'x')}}}, "uid cannot be a login"},
        {{{"uid", {"jane"}}, {"sAMAccountName", {"\x01"}}}, "sAMAccountName cannot be a login"},
        {{{"uid", {"jane"}}, {"userAccountControl", {"x"}}}, "userAccountControl is no number"},
        {{{"uid", {"jane"}}, {"userAccountControl", {""}}}, "userAccountControl is no number"},
        {{{"uid", {"jane"}}, {"userAccountControl", {"512 "}}}, "userAccountControl is no number"},
    };
    for (const auto& [attributes, wrong] : cases) {
        const auto reading = read_principal({"cn=x", attributes}, settings, GroupNames::dn);
        ASSERT_FALSE(reading.has_value()) << wrong;
        EXPECT_THAT(reading.error(), HasSubstr(wrong));
    }
}

TEST(PrincipalReader, AddressesAreInTheOrderOfTheSettingsPrimaryFirst) {
    AttributeSettings settings;
    settings.email = {"mail", "proxyAddresses"};
    settings.email_alias = {"mailAlias"};
    const auto reading = read({{"proxyAddresses",
                                {"smtp:second@x.test", "X500:/o=x", "SMTP:first@x.test",
                                 "SIP:jane@x.test", "smtp:MAIL@X.test"}},
                               {"mail", {"mail@x.test"}},
                               {"mailAlias", {"alias@x.test", "SMTP:prime@x.test", "@jane.test"}}},
                              settings);
    EXPECT_THAT(reading.principal.addresses,
                ElementsAre("first@x.test", "mail@x.test", "second@x.test", "MAIL@X.test",
                            "prime@x.test", "alias@x.test", "@jane.test"));
    EXPECT_EQ(reading.ignored_values, 0u);
}

TEST(PrincipalReader, OneAddressIsListedOnce) {
    const auto reading = read({{"mail",
                                {"Jane@X.Test", "Jane@x.test", "\"Jane\"@x.test",
                                 "smtp:Jane@x.test", "@x.test", "@X.TEST",
                                 "j\xC3\xA4@b\xC3\xBC"
                                 "cher.test",
                                 "ja\xCC\x88@xn--bcher-kva.test"}}});
    EXPECT_THAT(reading.principal.addresses, ElementsAre("Jane@X.Test", "@x.test",
                                                         "j\xC3\xA4@b\xC3\xBC"
                                                         "cher.test"));
    EXPECT_EQ(reading.ignored_values, 0u);
}

TEST(PrincipalReader, WhatIsNoAddressIsLeftOutAndCounted) {
    const auto reading =
        read({{"mail",
               {"jane", "", "@", "*@x.test\n", "jane@x.test, ceo@x.test", "<ceo@x.test>",
                "Jane <jane@x.test>", "jane@", "\xFF@x.test", "smtp:", "smtp:smtp:ceo@x.test",
                "a@b@x.test", "ceo@x.test\0"s, "@*", "@", "@x.test:ceo@y.test", "good@x.test"}}});
    EXPECT_THAT(reading.principal.addresses, ElementsAre("good@x.test"));
    EXPECT_EQ(reading.ignored_values, 16u);
}

TEST(PrincipalReader, AddressesHaveALimit) {
    std::vector<std::string> many;
    for (int i = 0; i < 10'010; ++i)
        many.push_back(fmt::format("jane{}@x.test", i));
    const auto reading = read({{"mail", many}});
    EXPECT_EQ(reading.principal.addresses.size(), 10'000u);
    EXPECT_EQ(reading.principal.addresses.back(), "jane9999@x.test");
    EXPECT_EQ(reading.ignored_values, 10u);
}

TEST(PrincipalReader, GroupsAreNormalisedDns) {
    const auto reading = read(
        {{"memberOf",
          {"CN=Sales, OU=Groups,DC=X", "cn=sales,ou=groups,dc=x", "CN=Staff,DC=X", "admins"}}});
    EXPECT_THAT(reading.principal.groups, ElementsAre("cn=sales,ou=groups,dc=x", "cn=staff,dc=x"));
    EXPECT_THAT(reading.group_dns, ElementsAre("CN=Sales, OU=Groups,DC=X", "CN=Staff,DC=X"));
    EXPECT_EQ(reading.ignored_values, 1u);
}

TEST(PrincipalReader, GroupsMayBeNames) {
    const auto reading = read({{"memberOf",
                                {"CN=Sales,OU=a,DC=X", "CN=Sales,OU=b,DC=X", "staff", "", "a\nb",
                                 "cn=,dc=x", "cn=a\\0Ab,dc=x", "cn=#0401,dc=x"}}},
                              {}, GroupNames::name);
    EXPECT_THAT(reading.principal.groups, ElementsAre("Sales", "staff"));
    EXPECT_THAT(reading.group_dns, ElementsAre("CN=Sales,OU=a,DC=X", "CN=Sales,OU=b,DC=X"));
    EXPECT_EQ(reading.ignored_values, 5u);
}

TEST(PrincipalReader, DelegatorsAreAddressesOrDns) {
    AttributeSettings settings;
    settings.on_behalf_of = {"publicDelegatesBL", "mayActFor"};
    const auto reading = read({{"publicDelegatesBL", {"CN=Ceo,DC=X", "cn=CEO,dc=x"}},
                               {"mayActFor",
                                {"team@x.test", "smtp:TEAM@x.test", "team@X.test", "@x.test", "x",
                                 "X500:/o=x", "a=b@x.test"}}},
                              settings);
    EXPECT_THAT(reading.delegator_dns, ElementsAre("CN=Ceo,DC=X"));
    EXPECT_THAT(reading.principal.on_behalf_of,
                ElementsAre("team@x.test", "TEAM@x.test", "a=b@x.test"));
    EXPECT_EQ(reading.ignored_values, 2u);
}

TEST(PrincipalReader, FurtherAttributesKeepTheNamesOfTheSettings) {
    AttributeSettings settings;
    settings.description = {"displayName"};
    settings.further = {"mailHost", "objectGUID", "none"};
    const auto reading = read({{"MAILHOST", {"a", "b"}},
                               {"displayname", {"Jane"}},
                               {"objectGUID", {"\xFF\x00"s}},
                               {"userPassword", {"secret"}}},
                              settings);
    EXPECT_EQ(reading.principal.attributes,
              (identity::Attributes{{"mailHost", {"a", "b"}}, {"displayName", {"Jane"}}}));
    EXPECT_EQ(reading.ignored_values, 1u);
}

TEST(PrincipalReader, ClosedAccountsAreSeen) {
    struct Case {
        const char *attribute, *value;
        bool is_disabled;
    };
    const Case cases[] = {
        {"userAccountControl", "512", false},
        {"userAccountControl", "514", true},
        {"userAccountControl", "2", true},
        {"userAccountControl", "66048", false},
        {"userAccountControl", "66050", true},
        {"userAccountControl", "-2147483646", true},
        {"nsAccountLock", "TRUE", true},
        {"NSACCOUNTLOCK", "true", true},
        {"nsAccountLock", "FALSE", false},
        {"nsAccountLock", "", false},
        {"pwdAccountLockedTime", "000001010000Z", true},
        {"pwdAccountLockedTime", "20240101000000Z", false},
    };
    for (const auto& [attribute, value, is_disabled] : cases)
        EXPECT_EQ(read({{attribute, {value}}}).is_disabled, is_disabled) << attribute << value;
    EXPECT_FALSE(read({}).is_disabled);
    EXPECT_TRUE(read({{"userAccountControl", {"512", "514"}}}).is_disabled);
}

TEST(PrincipalReader, GroupsAreNobody) {
    for (const char* name : {"group", "posixGroup", "groupOfNames", "groupOfUniqueNames", "GROUP"})
        EXPECT_FALSE(read({{"objectClass", {"top", name}}}).is_person) << name;
    for (const char* name : {"inetOrgPerson", "posixAccount", "user", "mailGroupMember"})
        EXPECT_TRUE(read({{"objectClass", {"top", name}}}).is_person) << name;
    AttributeSettings settings;
    settings.class_names = {"employeeType"};
    EXPECT_FALSE(read({{"employeeType", {"group"}}}, settings).is_person);
    EXPECT_FALSE(read({{"objectClass", {"group"}}}, settings).is_person);
    EXPECT_TRUE(read({{"employeeType", {"staff"}}}, settings).is_person);
}

TEST(PrincipalReader, PortionsOfValuesAreReadAsOne) {
    AttributeSettings settings;
    settings.email_alias = {"proxyAddresses"};
    const auto reading = read({{"memberOf", {}},
                               {"memberOf;range=0-0", {"CN=a,DC=X"}},
                               {"memberOf;range=1-1", {"CN=b,DC=X"}},
                               {"proxyAddresses;range=0-0", {"SMTP:a@x.test"}},
                               {"proxyAddresses;range=1-*", {"smtp:b@x.test"}},
                               {"member;range=0-1499", {"CN=c,DC=X"}}},
                              settings);
    EXPECT_THAT(reading.principal.groups, ElementsAre("cn=a,dc=x", "cn=b,dc=x"));
    EXPECT_THAT(reading.principal.addresses, ElementsAre("a@x.test", "b@x.test"));
}

}  // namespace
}  // namespace postern::ldap
