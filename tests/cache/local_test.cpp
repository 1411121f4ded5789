#include "cache/local.hpp"

#include <gtest/gtest.h>

#include "cache/records.hpp"

namespace postern::cache {
namespace {

LoginNote known(const std::string& account, const std::string& name = "") {
    return {.record = {.generation = 1, .asked = start, .account = account},
            .name = name,
            .account = "record of " + account};
}
LoginNote unknown() {
    return {.record = {.generation = 1, .asked = start, .unknown = true}};
}
AccountNote account() {
    return {.record = accepted_record(), .looked = start};
}

Local small(std::size_t entries) {
    return Local(Local::limits(entries, std::size_t{4} << 20));
}

TEST(Local, FindsWhatWasPut) {
    auto local = small(10);
    EXPECT_EQ(local.login("jane"), nullptr);
    EXPECT_EQ(local.account("record of jane"), nullptr);
    local.put_login("jane", known("jane"));
    local.put_account("record of jane", account());
    ASSERT_NE(local.login("jane"), nullptr);
    ASSERT_NE(local.account(local.login("jane")->account), nullptr);
    EXPECT_FALSE(local.account("record of jane")->witnessed);
    local.account("record of jane")->witnessed = true;
    EXPECT_TRUE(local.account("record of jane")->witnessed);
    local.put_account("record of jane", account());
    EXPECT_FALSE(local.account("record of jane")->witnessed) << "another note";
}

TEST(Local, TheLeastRecentlyUsedGoesFirst) {
    auto local = small(3);
    for (const char* login : {"a", "b", "c"})
        local.put_login(login, known(login));
    EXPECT_NE(local.login("a"), nullptr);
    local.put_login("d", known("d"));
    EXPECT_EQ(local.login("b"), nullptr);
    for (const char* login : {"a", "c", "d"})
        EXPECT_NE(local.login(login), nullptr) << login;
    EXPECT_EQ(local.counts().evicted, 1U);
}

TEST(Local, AMillionUnknownLoginsPutOutNoKnownOne) {
    auto local = small(1000);
    for (int i = 0; i < 1000; ++i)
        local.put_login("user" + std::to_string(i), known("user" + std::to_string(i)));
    for (int i = 0; i < 1'000'000; ++i)
        local.put_login("invented" + std::to_string(i), unknown());
    for (int i = 0; i < 1000; ++i)
        EXPECT_NE(local.login("user" + std::to_string(i)), nullptr) << i;
    EXPECT_EQ(local.counts().logins, 1000U);
    EXPECT_LE(local.counts().unknown, 1000U);
    EXPECT_LE(local.counts().bytes, std::size_t{4} << 20);
}

TEST(Local, ALoginIsKnownOrUnknownNeverBoth) {
    auto local = small(10);
    local.put_login("jane", unknown());
    local.put_login("jane", known("jane"));
    EXPECT_EQ(local.counts().unknown, 0U);
    EXPECT_FALSE(local.login("jane")->record.unknown);
    local.put_login("jane", unknown());
    EXPECT_EQ(local.counts().logins, 0U);
    EXPECT_TRUE(local.login("jane")->record.unknown);
}

TEST(Local, TheBytesAreBoundedWhateverIsInThem) {
    Local local(Local::limits(1000, 200'000));
    for (int i = 0; i < 1000; ++i) {
        auto note = account();
        note.record.principal.groups.assign(static_cast<std::size_t>(i % 20),
                                            std::string(100, 'g'));
        local.put_account(std::to_string(i), std::move(note));
        EXPECT_LE(local.counts().bytes, 200'000U);
    }
    EXPECT_GT(local.counts().accounts, 20U);
    auto huge = account();
    huge.record.principal.groups.assign(1, std::string(300'000, 'g'));
    local.put_account("huge", std::move(huge));
    EXPECT_EQ(local.account("huge"), nullptr);
}

TEST(Local, AnAccountIsForgottenAndItsLoginsLeadToNone) {
    auto local = small(10);
    local.put_login("jane", known("jane"));
    local.put_account("record of jane", account());
    local.put_account("record of joe", account());
    local.forget_account_record("record of jane");
    EXPECT_EQ(local.account("record of jane"), nullptr);
    EXPECT_NE(local.account("record of joe"), nullptr);
    EXPECT_NE(local.login("jane"), nullptr);
}

TEST(Local, ALoginIsForgottenByItsTextOrItsRecord) {
    auto local = small(10);
    local.put_login("jane", known("jane", "postern:ldap:l:1"));
    auto nobody = unknown();
    nobody.name = "postern:ldap:l:2";
    local.put_login("nobody", nobody);
    local.put_login("joe", known("joe", "postern:ldap:l:3"));
    local.forget_login_record("postern:ldap:l:1");
    local.forget_login_record("postern:ldap:l:2");
    EXPECT_EQ(local.login("jane"), nullptr);
    EXPECT_EQ(local.login("nobody"), nullptr);
    local.forget_login("joe");
    EXPECT_EQ(local.login("joe"), nullptr);
    EXPECT_EQ(local.counts().bytes, 0U);
}

TEST(Local, AFlushOfTheDirectoryTakesEverything) {
    auto local = small(10);
    local.put_login("jane", known("jane"));
    local.put_login("nobody", unknown());
    local.put_account("record of jane", account());
    local.clear();
    EXPECT_EQ(local.login("jane"), nullptr);
    EXPECT_EQ(local.login("nobody"), nullptr);
    EXPECT_EQ(local.account("record of jane"), nullptr);
    EXPECT_EQ(local.counts().bytes, 0U);
}

}  // namespace
}  // namespace postern::cache
