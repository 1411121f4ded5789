#include "ldap/known_entries.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::ldap {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

constexpr const char* uuid = "0123456789abcdef";

Entry entry(const std::string& name, const std::string& mail = "jane@example.org") {
    Entry entry{"uid=jane,dc=x", {}};
    if (!name.empty()) entry.attributes["uid"] = {name};
    entry.attributes["mail"] = {mail};
    entry.attributes["modifyTimestamp"] = {"20261121212248Z"};
    return entry;
}

class KnownEntriesTest : public testing::Test {
 protected:
    static Settings lookup() {
        Settings settings;
        settings.method = Method::lookup;
        return settings;
    }
    // In words: "jane", "everything", "".
    std::string changed(const Entry& entry, const char* id = uuid) {
        HeardChanges heard;
        known.changed(id, entry, heard);
        return in_words(heard);
    }
    std::string deleted(const char* id = uuid) {
        HeardChanges heard;
        known.deleted(id, heard);
        return in_words(heard);
    }
    static std::string in_words(const HeardChanges& heard) {
        if (heard.everything) return "everything";
        return heard.accounts.empty() ? "" : heard.accounts.front();
    }

    Settings settings = lookup();
    KnownEntries known{settings};
};

TEST_F(KnownEntriesTest, WhoIsModifiedKeepsHerName) {
    known.learn(uuid, entry("jane"));
    EXPECT_EQ(changed(entry("jane", "new@example.org")), "jane");
    EXPECT_EQ(changed(entry("jane", "new@example.org")), "jane")
        << "it may be a password, of which nothing is seen";
}

TEST_F(KnownEntriesTest, WhoIsNewHasNothingElseToForget) {
    EXPECT_EQ(changed(entry("jane")), "jane");
}

TEST_F(KnownEntriesTest, WhoIsCalledOtherwiseWasSomebodyThatNobodyKnows) {
    known.learn(uuid, entry("jane"));
    EXPECT_EQ(changed(entry("janet")), "everything");
    EXPECT_EQ(changed(entry("janet")), "janet");
    EXPECT_EQ(changed(entry("")), "everything") << "and was janet";
    EXPECT_EQ(changed(entry("")), "") << "and was nobody";
    EXPECT_EQ(changed(entry("jane")), "jane");
}

TEST_F(KnownEntriesTest, WhoIsDeletedWasSomebody) {
    known.learn(uuid, entry("jane"));
    EXPECT_EQ(deleted(), "everything");
    EXPECT_EQ(deleted(), "everything") << "never heard of";
    known.learn("a group", entry(""));
    EXPECT_EQ(deleted("a group"), "");
}

// The password policy's count of failures, the time of the last login.
TEST_F(KnownEntriesTest, WhatServersNoteAtALoginIsNoChange) {
    known.learn(uuid, entry("jane"));
    auto jane = entry("jane");
    jane.attributes["pwdChangedTime"] = {"20261121212200Z"};
    EXPECT_EQ(changed(jane), "jane") << "seen for the first time";
    for (const auto* later : {"20261121212300Z", "20261121212301Z"}) {
        jane.attributes["modifyTimestamp"] = {later};
        EXPECT_EQ(changed(jane), "") << later;
    }
    jane.attributes["modifyTimestamp"] = jane.attributes["pwdChangedTime"] = {"20261121212302Z"};
    EXPECT_EQ(changed(jane), "jane");
    EXPECT_EQ(changed(jane), "jane") << "changed twice within a second";
    jane.attributes["modifyTimestamp"] = {"20261121212305Z"};
    EXPECT_EQ(changed(jane), "");
    jane.attributes["mail"] = {"new@example.org"};
    EXPECT_EQ(changed(jane), "jane");
    jane.attributes["pwdAccountLockedTime"] = {"000001010000Z"};
    EXPECT_EQ(changed(jane), "jane");
}

TEST_F(KnownEntriesTest, WhereTheHashIsReadItTells) {
    settings.method = Method::hash;
    EXPECT_THAT(known.attributes(), Contains("userPassword"));
    auto jane = entry("jane");
    jane.attributes["userPassword"] = {"{SSHA}one"};
    EXPECT_EQ(changed(jane), "jane");
    jane.attributes["modifyTimestamp"] = {"20261121212300Z"};
    EXPECT_EQ(changed(jane), "");
    jane.attributes["userPassword"] = {"{SSHA}two"};
    EXPECT_EQ(changed(jane), "jane");
}

TEST_F(KnownEntriesTest, ItAsksForWhatItLooksAt) {
    settings.attributes.further = {"mailHost"};
    EXPECT_THAT(known.attributes(), Contains("mailHost"));
    EXPECT_THAT(known.attributes(), Contains("pwdChangedTime"));
    EXPECT_THAT(known.attributes(), Contains("modifyTimestamp"));
    EXPECT_THAT(known.attributes(), Not(Contains("userPassword")));
}

}  // namespace
}  // namespace postern::ldap
