// All accounts of an LDAP directory, page by page.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "support/directory_host.hpp"
#include "support/eventually.hpp"
#include "support/run_task.hpp"
#include "support/scripted_ldap.hpp"
#include "support/slapd.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::LdapRequest;
using test::ScriptedLdap;
using test::Slapd;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;

constexpr int crowd = 2600;

std::string settings(const std::string& url, const std::string& service = "postern") {
    return fmt::format(
        "type = \"ldap\"\nurl = \"{}\"\nbind.dn = \"cn={},ou=services,{}\"\n"
        "bind.secret = \"{}\"\nfilter.name = \"(&(objectClass=inetOrgPerson)(|(uid=?)(mail=?)))\"\n"
        "attributes.email-alias = \"mailAlias\"\n",
        url, service, Slapd::base(),
        service == "verifier" ? "verifier secret" : Slapd::service_password);
}

const std::string everywhere = "base-dn = \"" + Slapd::base() + "\"\n";
const std::string lookup = "bind.auth.method = \"lookup\"\n";

std::string limits(const std::string& what) {
    return "limits dn.children=ou=services," + Slapd::base() + " " + what + "\n";
}

class LdapListing : public testing::Test {
 protected:
    static void SetUpTestSuite() {
        slapd = new Slapd({.people = crowd, .settings = limits("size.prtotal=unlimited")});
    }
    static void TearDownTestSuite() { delete std::exchange(slapd, nullptr); }
    static inline Slapd* slapd = nullptr;
};

TEST_F(LdapListing, GoesOverAllPages) {
    DirectoryHost host(settings(slapd->url()) + everywhere + lookup +
                       "attributes.on-behalf-of = \"mailDelegateOf\"\ngroup.nested = \"walk\"\n");
    EXPECT_TRUE(host.service().capabilities().lists_accounts);
    const auto listing = host.accounts();
    EXPECT_EQ(listing.why, "") << host.log();
    EXPECT_GE(listing.pages, 6U);
    EXPECT_GT(listing.accounts.size(), std::size_t{crowd});
    std::set<std::string> names;
    for (const auto& each : listing.accounts)
        names.insert(each.principal.name);
    for (int number = 1; number <= crowd; ++number)
        EXPECT_TRUE(names.contains(Slapd::crowd_name(number))) << number;

    const auto& jane = listing.of("jane");
    EXPECT_EQ(jane.principal, host.principal("jane"));
    EXPECT_THAT(jane.principal.on_behalf_of, ElementsAre("joe@example.org"));
    EXPECT_THAT(jane.principal.groups, IsSupersetOf({"cn=sales,ou=groups,dc=example,dc=org",
                                                     "cn=staff,ou=groups,dc=example,dc=org"}));
    EXPECT_EQ(jane.entry, "uid=jane,ou=people,dc=example,dc=org");
    EXPECT_EQ(jane.closed, std::nullopt);
    EXPECT_THAT(jane.secrets, IsEmpty()) << "they were not asked for";
    EXPECT_EQ(listing.of("collector").principal.addresses.size(), 500U);
}

TEST_F(LdapListing, BringsHashesWhereTheyAreRead) {
    DirectoryHost host(settings(slapd->url(), "verifier") +
                       "base-dn = \"ou=people,dc=example,dc=org\"\n");
    const auto listing = host.accounts();
    const auto& jane = listing.of("jane");
    ASSERT_EQ(jane.secrets.size(), 1U);
    EXPECT_EQ(jane.secrets.front().reveal(), "{SSHA}LhKrkM9Fy+zlstjdD7Kv2s6QvhBzYWx0");
}

TEST_F(LdapListing, TakesOverlappingBasesOnce) {
    DirectoryHost host(settings(slapd->url()) + lookup +
                       "base-dn = [\"ou=people,dc=example,dc=org\", \"dc=example,dc=org\"]\n");
    const auto listing = host.accounts(1000);
    EXPECT_EQ(listing.why, "");
    std::set<std::string> entries;
    for (const auto& each : listing.accounts)
        EXPECT_TRUE(entries.insert(each.entry).second) << each.entry;
    EXPECT_GT(entries.size(), std::size_t{crowd});
}

TEST_F(LdapListing, TellsWhatItCannotUnderstandAndGoesOn) {
    slapd->add(
        "dn: cn=Nameless,ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\n"
        "cn: Nameless\nsn: Nameless\nmail: nameless@example.org\n\n"
        "dn: uid=closed,ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\n"
        "uid: closed\ncn: Closed\nsn: Closed\nmail: closed@example.org\nmail: no address\n"
        "pwdAccountLockedTime: 000001010000Z\n");
    DirectoryHost host(settings(slapd->url()) + everywhere + lookup +
                       "filter.list = \"(|(cn=Nameless)(uid=closed)(uid=jane)(cn=sales))\"\n");
    const auto listing = host.accounts(2);
    EXPECT_EQ(listing.why, "") << host.log();
    ASSERT_EQ(listing.accounts.size(), 4U);
    std::map<std::string, std::string> mistakes;
    for (const auto& each : listing.accounts)
        if (!each.mistake.empty())
            mistakes[each.entry.substr(0, each.entry.find(','))] = each.mistake;
    EXPECT_EQ(mistakes["cn=Nameless"], "the entry has no uid to be called by");
    EXPECT_THAT(mistakes["cn=sales"], HasSubstr("the entry has no uid"));
    EXPECT_EQ(mistakes.size(), 2U);
    const auto& closed = listing.of("closed");
    EXPECT_EQ(closed.closed, identity::Reason::disabled);
    EXPECT_THAT(closed.principal.addresses, ElementsAre("closed@example.org"));
    EXPECT_EQ(closed.ignored_values, 1U);
}

TEST_F(LdapListing, EndsWithTheServer) {
    DirectoryHost host(settings(slapd->url()) + everywhere + lookup + "timeout = \"2s\"\n");
    auto first = test::run_task(host.service().accounts({"", 100}));
    const auto cursor = std::get<directory::AccountPage>(first).cursor;
    EXPECT_NE(cursor, "");
    slapd->kill();
    auto second = test::run_task(host.service().accounts({cursor, 100}));
    EXPECT_THAT(std::get<identity::Unavailable>(second).why, HasSubstr(slapd->url()));
    slapd->start();
    auto third = test::run_task(host.service().accounts({cursor, 100}));
    EXPECT_THAT(std::get<identity::Unavailable>(third).why, HasSubstr("has to begin again"));
    EXPECT_TRUE(test::eventually([&] { return host.accounts().why.empty(); }));
}

TEST(LdapListingLimits, HalfAListIsNone) {
    const Slapd slapd({.people = crowd});  // 500 entries for everybody
    DirectoryHost host(settings(slapd.url()) + everywhere + lookup);
    const auto listing = host.accounts(200);
    EXPECT_THAT(listing.why, HasSubstr("the server gives"));
    EXPECT_THAT(listing.why, HasSubstr("sizeLimitExceeded"));
    EXPECT_LE(listing.accounts.size(), 500U);
}

TEST(LdapListingLimits, AServerWithoutPagesGivesAllAtOnceOrNothing) {
    const Slapd slapd(
        {.people = crowd, .settings = limits("size=unlimited size.prtotal=disabled")});
    DirectoryHost host(settings(slapd.url()) + everywhere + lookup);
    const auto listing = host.accounts(200);
    EXPECT_EQ(listing.why, "") << host.log();
    EXPECT_EQ(listing.pages, 1U);
    EXPECT_GT(listing.accounts.size(), std::size_t{crowd});

    const Slapd limited({.people = crowd, .settings = limits("size=1000 size.prtotal=disabled")});
    DirectoryHost other(settings(limited.url()) + everywhere + lookup);
    const auto half = other.accounts(200);
    EXPECT_THAT(half.why, HasSubstr("the server gives 1000 entries and no more"));
    EXPECT_THAT(half.accounts, IsEmpty());
}

TEST(LdapListingLimits, AControlThatCannotBeReadHidesNoPages) {
    const ScriptedLdap server([](const LdapRequest& request) -> std::optional<std::string> {
        if (request.kind != LdapRequest::Kind::search || request.dn.empty())
            return ldap_result(request);
        return ldap_entry(request, "uid=jane,dc=x", {{"uid", {"jane"}}}) +
               ldap_result(request, 0, "", std::pair("1.2.840.113556.1.4.319", "garbage"));
    });
    DirectoryHost host("type = \"ldap\"\nurl = \"" + server.url() +
                       "\"\nbase-dn = \"dc=x\"\nfilter.name = \"(uid=?)\"\n" + lookup);
    const auto listing = host.accounts();
    EXPECT_THAT(listing.why, HasSubstr("cannot be read"));
    EXPECT_THAT(listing.accounts, IsEmpty());
}

}  // namespace
}  // namespace postern
