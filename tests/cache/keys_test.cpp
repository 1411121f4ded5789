#include "cache/keys.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <vector>

#include "crypto/base64.hpp"

namespace postern::cache {
namespace {

using crypto::Secret;

const std::string key_octets = "0123456789abcdef0123456789ABCDEF";

Keys keys(std::string_view key = key_octets, std::string_view directory = "ldap",
          std::string_view fingerprint = "url=ldap://one") {
    return {Secret(key), directory, fingerprint};
}

TEST(Keys, NamesRecordsByDirectoryAndKind) {
    const auto ldap = keys();
    struct Case {
        std::string name, start;
    };
    for (const auto& [name, start] : {
             Case{ldap.login_record("jane"), "postern:ldap:l:"},
             Case{ldap.account_record("jane"), "postern:ldap:a:"},
             Case{ldap.counter("guard", "jane"), "postern:ldap:g:"},
         }) {
        EXPECT_TRUE(name.starts_with(start)) << name;
        const auto hex = name.substr(start.size());
        EXPECT_EQ(hex.size(), 64U);
        EXPECT_EQ(hex.find_first_not_of("0123456789abcdef"), std::string::npos);
    }
    EXPECT_EQ(ldap.not_before_record(), "postern:ldap:n");
    EXPECT_EQ(ldap.login_record("jane"), keys().login_record("jane"));
}

TEST(Keys, NothingIsSharedBetweenKeysDirectoriesSettingsAndPurposes) {
    std::set<std::string> hexes;
    std::size_t count = 0;
    const auto add = [&](const std::string& name) {
        hexes.insert(name.substr(name.rfind(':') + 1));
        ++count;
    };
    for (const char* key : {key_octets.c_str(), "0123456789abcdef0123456789ABCDEG"})
        for (const char* directory : {"ldap", "ldap2", ""})
            for (const char* fingerprint : {"", "a", "b"}) {
                const auto some = keys(key, directory, fingerprint);
                add(some.login_record("jane"));
                add(some.account_record("jane"));
                add(some.counter("guard", "jane"));
                add(some.counter("guardj", "ane"));
            }
    // The border between a directory's name and the fingerprint is none of either's letters.
    add(keys(key_octets, "ldapa", "b").login_record("jane"));
    add(keys(key_octets, "ldap", "ab").login_record("jane"));
    EXPECT_EQ(hexes.size(), count);
}

TEST(Keys, VerifiersAreBoundToTheAccount) {
    const auto ldap = keys();
    const Secret password("secret");
    EXPECT_EQ(ldap.verifier("jane", password), keys().verifier("jane", password));
    std::set<std::string> others;
    for (const auto& verifier :
         {ldap.verifier("jane", password), ldap.verifier("joe", password),
          ldap.verifier("jane", Secret("Secret")), ldap.verifier("janes", Secret("ecret")),
          ldap.verifier("jane", Secret("")), ldap.login_verifier("jane", password),
          keys(key_octets, "imap").verifier("jane", password),
          keys(key_octets, "ldap", "other").verifier("jane", password)})
        others.emplace(verifier.text());
    EXPECT_EQ(others.size(), 8U);
}

TEST(Keys, OpenWhatTheySealed) {
    const auto ldap = keys();
    for (const std::size_t size : {0UL, 1UL, 251UL, 252UL, 253UL, 508UL, 509UL, 5000UL, 65536UL}) {
        const std::string plain(size, 'x');
        EXPECT_EQ(ldap.open("name", ldap.seal("name", plain)), plain) << size;
    }
    EXPECT_NE(ldap.seal("name", "plain"), ldap.seal("name", "plain"));
    EXPECT_THROW(ldap.seal("name", std::string(Keys::longest_sealed, 'x')), std::length_error);
}

TEST(Keys, LengthsFallIntoClassesOf256Octets) {
    std::set<std::size_t> lengths;
    const auto ldap = keys();
    for (std::size_t size = 0; size < 1024; ++size)
        lengths.insert(ldap.seal("name", std::string(size, 'x')).size());
    ASSERT_EQ(lengths.size(), 5U);
    for (auto length = std::next(lengths.begin()); length != lengths.end(); ++length)
        EXPECT_EQ(*length - *std::prev(length), 256U);
}

TEST(Keys, AnythingElseIsAMiss) {
    const auto ldap = keys();
    const auto sealed = ldap.seal("name", "plain");
    EXPECT_EQ(ldap.open("other name", sealed), std::nullopt);
    EXPECT_EQ(ldap.open("name", ""), std::nullopt);
    EXPECT_EQ(ldap.open("name", "postern"), std::nullopt);
    EXPECT_EQ(ldap.open("name", std::string(1, sealed[0])), std::nullopt);
    EXPECT_EQ(ldap.open("name", sealed + sealed), std::nullopt);
    EXPECT_EQ(ldap.open("name", sealed + std::string(Keys::longest_sealed, 'x')), std::nullopt);
}

TEST(Keys, OneBitOfTheKeyOpensNothing) {
    const auto sealed = keys().seal("name", "plain");
    for (std::size_t bit = 0; bit < 256; ++bit) {
        auto other = key_octets;
        other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << bit % 8));
        EXPECT_EQ(keys(other).open("name", sealed), std::nullopt) << bit;
    }
}

TEST(Keys, AKeyHas32Octets) {
    EXPECT_THROW(keys("short"), std::invalid_argument);
    EXPECT_THROW(keys(key_octets + "x"), std::invalid_argument);
    EXPECT_EQ(read_cache_key(Secret(crypto::base64_encode(key_octets)))->reveal(), key_octets);
    for (const auto& text : {std::string(), key_octets, crypto::base64_encode("short"),
                             crypto::base64_encode(key_octets) + "\n"})
        EXPECT_FALSE(read_cache_key(Secret(text))) << text;
}

// Of what can be verified and opened, everything is found under its own key only.
TEST(KeyRing, FindsUnderThePreviousKeyWhatThatOneSealed) {
    const KeyRing before{keys(), std::nullopt};
    const KeyRing after{keys("another key of 32 octets, as new"), keys()};
    const auto name = before.current.account_record("jane");
    const auto sealed = before.current.seal(name, "plain");
    EXPECT_EQ(after.previous->account_record("jane"), name);
    EXPECT_EQ(after.previous->open(name, sealed), "plain");
    EXPECT_NE(after.current.account_record("jane"), name);
    EXPECT_EQ(after.current.open(name, sealed), std::nullopt);
    EXPECT_EQ(after.previous->verifier("jane", Secret("x")),
              before.current.verifier("jane", Secret("x")));
}

}  // namespace
}  // namespace postern::cache
