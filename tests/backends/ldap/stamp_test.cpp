#include "ldap/stamp.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace postern::ldap {
namespace {

const std::vector<std::string> changed{"pwdChangedTime", "pwdLastSet", "entryCSN",
                                       "modifyTimestamp"};

Entry jane(std::string_view modified = "20260301000000Z") {
    return {.dn = "uid=jane,dc=example,dc=org",
            .attributes = {{"uid", {"jane"}}, {"modifyTimestamp", {std::string(modified)}}}};
}

TEST(LdapStamp, IsAnotherOneForEveryChange) {
    const auto before = stamp_of(jane(), changed);
    EXPECT_EQ(stamp_of(jane(), changed), before);
    EXPECT_NE(stamp_of(jane("20260301000001Z"), changed), before);
    auto entry = jane();
    entry.attributes["pwdChangedTime"] = {"20260301000000Z"};
    const auto with_password = stamp_of(entry, changed);
    EXPECT_NE(with_password, before) << "now it has one";
    entry.attributes["pwdChangedTime"] = {"20260301000000Z", "20260302000000Z"};
    const auto two = stamp_of(entry, changed);
    EXPECT_NE(two, with_password);
    std::ranges::reverse(entry.attributes["pwdChangedTime"]);
    EXPECT_EQ(stamp_of(entry, changed), two) << "a set has no order";
    entry.attributes["mail"] = {"jane@example.org"};
    EXPECT_EQ(stamp_of(entry, changed), two) << "it is not asked for";
}

TEST(LdapStamp, WhatIsOneValueIsNotTwoOrAnotherAttributes) {
    Entry one{.dn = "uid=jane", .attributes = {{"a", {"1:1"}}}};
    Entry two{.dn = "uid=jane", .attributes = {{"a", {"1", "1"}}}};
    Entry other{.dn = "uid=jane", .attributes = {{"b", {"1:1"}}}};
    EXPECT_NE(stamp_of(one, {"a", "b"}), stamp_of(two, {"a", "b"}));
    EXPECT_NE(stamp_of(one, {"a", "b"}), stamp_of(other, {"a", "b"}));
}

TEST(LdapStamp, WithoutAnyOfTheAttributesThereIsNone) {
    EXPECT_EQ(stamp_of(jane(), {"pwdLastSet"}), "");
    EXPECT_EQ(stamp_of(Entry(), changed), "");
    EXPECT_EQ(stamp_of(Entry{.attributes = {{"modifyTimestamp", {"now"}}}}, changed), "")
        << "the root entry is nobody's";
}

TEST(LdapStamp, SaysWhereTheEntryStands) {
    EXPECT_EQ(dn_of_stamp(stamp_of(jane(), changed)), "uid=jane,dc=example,dc=org");
    Entry spaced = jane();
    spaced.dn = "cn=Jane Doe, dc=example, dc=org";
    EXPECT_EQ(dn_of_stamp(stamp_of(spaced, changed)), spaced.dn);
    EXPECT_EQ(dn_of_stamp(""), "");
    EXPECT_EQ(dn_of_stamp("no digest"), "digest");
    EXPECT_EQ(dn_of_stamp("nothing"), "");
    // Names and values however long: a digest is as long as any other.
    Entry long_values = jane(std::string(100'000, '7'));
    EXPECT_EQ(stamp_of(long_values, changed).size(), 64 + 1 + long_values.dn.size());
}

}  // namespace
}  // namespace postern::ldap
