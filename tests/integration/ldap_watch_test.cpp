// What changes in a real OpenLDAP, as it is told to whoever remembers (RFC 4533).
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <thread>

#include "support/directory_host.hpp"
#include "support/eventually.hpp"
#include "support/slapd.hpp"
#include "support/watched_directory.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::eventually;
using test::Slapd;
using test::WatchedDirectory;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

const std::string people = "ou=people," + Slapd::base();
const std::string jane = "dn: uid=jane," + people + "\n";

std::string settings(const std::string& url, const std::string& more = "",
                     const std::string& base = '"' + Slapd::base() + '"') {
    return fmt::format(
        "type = \"ldap\"\nurl = {}\nbind.dn = \"{}\"\nbind.secret = \"{}\"\n"
        "base-dn = {}\nbind.auth.method = \"lookup\"\n"
        "filter.name = \"(&(objectClass=inetOrgPerson)(|(uid=?)(mail=?)))\"\n{}",
        url.starts_with('[') ? url : '"' + url + '"', Slapd::service_dn(), Slapd::service_password,
        base, more);
}

std::string replace(const std::string& attribute, const std::string& value) {
    return "changetype: modify\nreplace: " + attribute + "\n" + attribute + ": " + value + "\n";
}

class LdapWatch : public testing::Test {
 protected:
    Slapd slapd{{.sync_provider = true}};
};

TEST_F(LdapWatch, TellsWhoWasChanged) {
    WatchedDirectory watched(settings(slapd.url()));
    EXPECT_TRUE(watched.capabilities().tells_changes);
    ASSERT_THAT(watched.heard(), ElementsAre("begun"));
    slapd.modify(jane + replace("userPassword", "another one"));
    EXPECT_THAT(watched.heard(), ElementsAre("jane"));
    slapd.modify(jane + replace("mail", "j@example.org"));
    EXPECT_THAT(watched.heard(), ElementsAre("jane"));
    slapd.add("dn: uid=new," + people + "\nobjectClass: inetOrgPerson\nuid: new\ncn: N\nsn: N\n");
    EXPECT_THAT(watched.heard(), ElementsAre("new"));
    EXPECT_EQ(watched.why(), "") << "it goes on";
}

TEST_F(LdapWatch, WhoIsRenamedOrDeletedMayHaveBeenAnybody) {
    WatchedDirectory watched(settings(slapd.url()));
    ASSERT_THAT(watched.heard(), ElementsAre("begun"));
    slapd.modify(jane + "changetype: modrdn\nnewrdn: uid=janet\ndeleteoldrdn: 1\n");
    EXPECT_THAT(watched.heard(), ElementsAre("everything"));
    slapd.modify("dn: uid=janet," + people + "\n" + replace("description", "renamed"));
    EXPECT_THAT(watched.heard(), ElementsAre("janet"));
    slapd.modify("dn: uid=joe," + people + "\nchangetype: delete\n");
    EXPECT_THAT(watched.heard(), ElementsAre("everything"));
}

// The name need not be what the DN has.
TEST_F(LdapWatch, ANameIsWhateverTheSettingsSay) {
    WatchedDirectory watched(settings(slapd.url(), "attributes.name = \"mail\"\n"));
    ASSERT_THAT(watched.heard(), ElementsAre("begun"));
    slapd.modify(jane + replace("userPassword", "another one"));
    EXPECT_THAT(watched.heard(), ElementsAre("jane@example.org"));
    slapd.modify(jane + replace("mail", "j@example.org"));
    EXPECT_THAT(watched.heard(), ElementsAre("everything"));
}

TEST_F(LdapWatch, WhatIsNobodysAccountIsNoChange) {
    WatchedDirectory watched(settings(slapd.url(), "filter.list = \"(uid=nobody)\"\n"));
    ASSERT_THAT(watched.heard(), ElementsAre("begun"));
    slapd.modify("dn: ou=people," + Slapd::base() + "\n" + replace("description", "people"));
    slapd.modify("dn: cn=sales,ou=groups," + Slapd::base() + "\n" + replace("description", "s"));
    slapd.modify("dn: uid=joe," + people + "\n" + replace("description", "j"));
    EXPECT_THAT(watched.heard(), ElementsAre("joe"));
}

TEST_F(LdapWatch, SeveralBasesAreHeardAtOnce) {
    WatchedDirectory watched(
        settings(slapd.url(), "", "[\"" + people + "\", \"ou=crowd," + Slapd::base() + "\"]"));
    ASSERT_THAT(watched.heard(), ElementsAre("begun"));
    slapd.add("dn: uid=new,ou=crowd," + Slapd::base() +
              "\nobjectClass: inetOrgPerson\nuid: new\ncn: N\nsn: N\n");
    EXPECT_THAT(watched.heard(), ElementsAre("new"));
    slapd.modify(jane + replace("description", "j"));
    EXPECT_THAT(watched.heard(), ElementsAre("jane"));
}

TEST_F(LdapWatch, ALostServerIsToldAndHeardAgain) {
    WatchedDirectory watched(settings(slapd.url()));
    ASSERT_THAT(watched.heard(), ElementsAre("begun"));
    slapd.kill();
    EXPECT_TRUE(watched.ends());
    EXPECT_THAT(watched.why(), HasSubstr(slapd.url() + ": "));
    slapd.start();
    EXPECT_TRUE(eventually([&] {
        watched.listen();
        return std::ranges::count(watched.heard(), "begun") > 0;
    })) << watched.why();
    slapd.modify(jane + replace("userPassword", "another one"));
    EXPECT_THAT(watched.heard(), ElementsAre("jane"));
}

TEST_F(LdapWatch, AServerThatFallsSilentIsLost) {
    WatchedDirectory watched(settings(slapd.url(), "pool.idle = \"1s\"\ntimeout = \"1s\"\n"));
    ASSERT_THAT(watched.heard(), ElementsAre("begun"));
    watched.run_for(2500ms);
    EXPECT_EQ(watched.why(), "") << "it was asked whether it is there, and was";
    slapd.suspend();
    EXPECT_TRUE(watched.ends());
    slapd.resume();
    EXPECT_THAT(watched.why(), HasSubstr("no answer in time"));
}

TEST_F(LdapWatch, TheNextServerIsHeardWhereTheFirstTellsNothing) {
    const Slapd mute;
    WatchedDirectory watched(settings(fmt::format("[\"{}\", \"{}\"]", mute.url(), slapd.url())));
    ASSERT_THAT(watched.heard(), ElementsAre("begun"));
    slapd.modify(jane + replace("userPassword", "another one"));
    EXPECT_THAT(watched.heard(), ElementsAre("jane"));
}

TEST_F(LdapWatch, MayBeStoppedAtAnyMoment) {
    WatchedDirectory watched(settings(slapd.url()));
    for (int step = 0; step < 40; ++step) {
        watched.run_for(std::chrono::milliseconds(step));
        EXPECT_TRUE(watched.stops()) << step;
        watched.listen();
    }
    EXPECT_THAT(watched.heard(), Contains("begun"));
}

TEST(LdapWatchOptions, IsHeardUnderTlsToo) {
    Slapd slapd({.tls = true, .require_tls = true, .sync_provider = true});
    for (const auto& [url, enable] :
         {std::pair{slapd.url(), "true"}, std::pair{slapd.ldaps_url(), "false"}}) {
        WatchedDirectory watched(
            settings(url, fmt::format("tls.enable = {}\ntls.ca = \"{}\"\npool.idle = \"1s\"\n",
                                      enable, slapd.ca())));
        ASSERT_THAT(watched.heard(), ElementsAre("begun")) << watched.why();
        watched.run_for(1500ms);
        slapd.modify(jane + replace("description", url));
        EXPECT_THAT(watched.heard(), ElementsAre("jane"));
    }
}

TEST(LdapWatchOptions, AServerThatTellsNothingIsNamed) {
    const Slapd slapd;
    WatchedDirectory watched(settings(slapd.url()));
    EXPECT_TRUE(watched.ends());
    EXPECT_THAT(watched.why(), AllOf(HasSubstr("does not tell what changes"), HasSubstr("RFC 4533"),
                                     HasSubstr(slapd.url())));
    const auto warning = Contains(HasSubstr("does not tell what changes below"));
    EXPECT_THAT(DirectoryHost(settings(slapd.url(), "cache.watch = true\n")).findings(), warning);
    EXPECT_THAT(DirectoryHost(settings(slapd.url())).findings(), Not(warning));
    const Slapd other({.sync_provider = true});
    EXPECT_THAT(DirectoryHost(settings(other.url(), "cache.watch = true\n")).findings(),
                Not(warning));
}

// A wrong password is written into the entry, and is to be remembered nevertheless.
TEST(LdapWatchOptions, AWrongPasswordIsNoChange) {
    Slapd slapd({.policy = true, .sync_provider = true});
    slapd.modify(jane + replace("userPassword", "another one"));
    WatchedDirectory watched(settings(slapd.url()));
    ASSERT_THAT(watched.heard(), ElementsAre("begun"));
    const auto try_it = [&] {
        test::ldap_whoami({.url = slapd.url(), .dn = "uid=jane," + people, .password = "wrong"});
    };
    try_it();
    EXPECT_THAT(watched.heard(), ElementsAre("jane")) << "seen for the first time";
    std::this_thread::sleep_for(1100ms);  // the times in entries are full seconds
    try_it();
    slapd.modify("dn: uid=joe," + people + "\n" + replace("description", "j"));
    EXPECT_THAT(watched.heard(), ElementsAre("joe"));
    try_it();
    EXPECT_THAT(watched.heard(), ElementsAre("jane")) << "it is locked now";
    slapd.modify(jane + replace("userPassword", "a third one"));
    EXPECT_THAT(watched.heard(), ElementsAre("jane"));
}

TEST(LdapWatchOptions, APartOfThePeopleIsNotEnough) {
    const Slapd slapd({.sync_provider = true, .people = 600});
    WatchedDirectory watched(settings(slapd.url()));
    EXPECT_TRUE(watched.ends());
    EXPECT_THAT(watched.why(), AllOf(HasSubstr("sizeLimitExceeded"), HasSubstr("size=unlimited")));
}

TEST(LdapWatchOptions, ThousandsOfPeopleTakeNoRoom) {
    constexpr int crowd = 5000;
    Slapd slapd(
        {.sync_provider = true,
         .people = crowd,
         .settings = "limits dn.children=ou=services," + Slapd::base() + " size=unlimited\n"});
    WatchedDirectory watched(settings(slapd.url()));
    ASSERT_THAT(watched.heard(), ElementsAre("begun")) << watched.why();
    const auto before = ::mallinfo2().uordblks;
    ASSERT_TRUE(watched.stops());
    watched.listen();
    ASSERT_THAT(watched.heard(), ElementsAre("begun")) << watched.why();
    EXPECT_LT(::mallinfo2().uordblks, before + std::size_t{64} * 1024);
    // The entries alone, without what holds them together, are more than two million octets.
    EXPECT_LT(watched.most_heap(), before + std::size_t{512} * 1024);
    slapd.modify("dn: uid=" + Slapd::crowd_name(crowd) + ",ou=crowd," + Slapd::base() +
                 "\nchangetype: delete\n");
    EXPECT_THAT(watched.heard(), ElementsAre("everything"));
}

}  // namespace
}  // namespace postern
