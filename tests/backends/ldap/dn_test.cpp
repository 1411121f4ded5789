#include "ldap/dn.hpp"

#include <gtest/gtest.h>
#include <ldap.h>

namespace postern::ldap {
namespace {

using namespace std::string_literals;

TEST(Dn, EqualNamesHaveOneSpelling) {
    const std::pair<std::string, const char*> cases[] = {
        {"dc=test", "dc=test"},
        {"CN=Jane Doe,OU=Sales,DC=Example,DC=ORG", "cn=jane doe,ou=sales,dc=example,dc=org"},
        {" cn = Jane ,  ou = Sales ", "cn=jane,ou=sales"},
        {"cn=Jane   Doe", "cn=jane doe"},
        {"cn=\\20 Jane\\20\\ ", "cn=jane"},
        {"cn=", "cn="},
        {"cn=\\20", "cn="},
        {"cn=Doe\\, Jane", "cn=doe\\, jane"},
        {"cn=Doe\\2C Jane", "cn=doe\\, jane"},
        {"cn=\\4a\\4Ane", "cn=jjne"},
        {"cn=a=b", "cn=a\\=b"},
        {"cn=a\\=b", "cn=a\\=b"},
        {"cn=\\#1", "cn=\\#1"},
        {"cn=a#1", "cn=a#1"},
        {"cn=\\\"\\+\\,\\;\\<\\>\\\\", "cn=\\\"\\+\\,\\;\\<\\>\\\\"},
        {"cn=a\\00b\\0Ac", "cn=a\\00b\\0Ac"},
        {"cn=x\nb", "cn=x\\0Ab"},
        {"CN=Group\\0ACNF:1-2", "cn=group\\0Acnf:1-2"},
        {"cn=J\xC3\x84NE", "cn=j\xC3\xA4ne"},
        {"cn=J\\C3\\84NE", "cn=j\xC3\xA4ne"},
        {"cn=Ja\xCC\x88ne", "cn=j\xC3\xA4ne"},
        {"cn=A\\FFB", "cn=A\\FFB"},
        {"uid=jane+CN=Jane", "cn=jane+uid=jane"},
        {"CN=Jane + uid=jane,dc=x", "cn=jane+uid=jane,dc=x"},
        {"2.5.4.3=Jane", "2.5.4.3=jane"},
        {"1.3.6.1.4.1.1466.0=#04024869", "1.3.6.1.4.1.1466.0=#04024869"},
        {"cn=#04024A4B", "cn=#04024a4b"},
        {"cn=#04024A4B ,dc=x", "cn=#04024a4b,dc=x"},
    };
    for (const auto& [text, normal] : cases) {
        EXPECT_EQ(normalize_dn(text), normal) << text;
        EXPECT_EQ(normalize_dn(normal), normal) << text;
        EXPECT_TRUE(looks_like_dn(text)) << text;
    }
}

TEST(Dn, OtherTextsAreNone) {
    const std::string cases[] = {
        "",           " ",       "sales",        "=x",
        "cn",         "cn,dc=x", ",cn=x",        "cn=x,",
        "cn=x,,dc=y", "cn=x+",   "+cn=x",        "cn=x;dc=y",
        "cn=\"x\"",   "cn=<x",   "cn=x>",        "cn=x\\",
        "cn=x\\g",    "cn=x\\2", "cn=x\\2,dc=y", "cn=#",
        "cn=#0",      "cn=#041", "cn=#04 05",    "cn=#xy",
        "c n=x",      "c_n=x",   "cn;binary=x",  "OID.2.5.4.3=x",
        "2=x",        "cn=\xC3", "cn=\0"s,       "jane@example.org",
        "CORP\\jane", "dn:cn=x",
    };
    for (const auto& text : cases) {
        EXPECT_EQ(normalize_dn(text), std::nullopt) << text;
        EXPECT_FALSE(looks_like_dn(text)) << text;
    }
}

TEST(Dn, DifferentNamesStayDifferent) {
    const std::pair<const char*, const char*> cases[] = {
        {"cn=a,dc=x", "cn=a\\,dc=x"},
        {"cn=a+uid=b", "cn=a\\+uid=b"},
        {"cn=a,cn=b", "cn=b,cn=a"},
        {"cn=a b", "cn=ab"},
        {"cn=#0401", "cn=\\#0401"},
        {"cn=admins,ou=a", "cn=admins,ou=b"},
        {"cn=a\\20b", "cn=a\\C2\\A0b"},
        {"cn=stra\xC3\x9F"
         "e",
         "cn=strasse"},
    };
    for (const auto& [left, right] : cases)
        EXPECT_NE(normalize_dn(left), normalize_dn(right)) << left;
}

TEST(Dn, LibldapReadsTheNormalFormAsWeDo) {
    for (const std::string text :
         {"CN=Doe\\, Jane+uid=\\#1,OU=\\20x\\20,DC=a\\00b", "cn=\\\"\\+\\;\\<\\>\\\\=,dc=x",
          "cn=j\xC3\xA4ne,dc=\\FF", "cn=,dc=x", "cn=a\\0Ab,2.5.4.3=#04024869"}) {
        const auto normal = normalize_dn(text);
        ASSERT_TRUE(normal) << text;
        const auto ours = parse_dn(*normal);
        LDAPDN theirs = nullptr;
        ASSERT_EQ(ldap_str2dn(normal->c_str(), &theirs, LDAP_DN_FORMAT_LDAPV3), LDAP_SUCCESS)
            << *normal;
        std::size_t i = 0;
        for (; theirs[i] != nullptr; ++i) {
            for (std::size_t j = 0; theirs[i][j] != nullptr; ++j) {
                const auto& ava = *theirs[i][j];
                const auto& part = ours->at(i).at(j);
                EXPECT_EQ(std::string(ava.la_attr.bv_val, ava.la_attr.bv_len), part.type);
                if (!part.is_hexadecimal) {
                    EXPECT_EQ(std::string(ava.la_value.bv_val, ava.la_value.bv_len), part.value);
                }
            }
        }
        EXPECT_EQ(i, ours->size());
        ldap_dnfree(theirs);
    }
}

TEST(Dn, TheFirstValueIsSpeltAsItIsInTheName) {
    const std::pair<const char*, std::optional<std::string>> cases[] = {
        {"cn=Sales,ou=groups", "Sales"},
        {"CN=Doe\\, Jane+uid=jane,dc=x", "Doe, Jane"},
        {"cn=,dc=x", ""},
        {"cn=#0401,dc=x", std::nullopt},
        {"sales", std::nullopt},
        {"", std::nullopt},
    };
    for (const auto& [text, value] : cases)
        EXPECT_EQ(first_rdn_value(text), value) << text;
}

TEST(Dn, MistakesHaveAPlace) {
    const std::pair<const char*, std::size_t> cases[] = {
        {"", 0}, {"cn=a,x", 5}, {"cn=a,dc=\\x", 8}, {"cn=a,,", 5}, {"cn=a\"", 4}, {"cn=#04 1", 7}};
    for (const auto& [text, offset] : cases)
        EXPECT_EQ(parse_dn(text).error().offset, offset) << text;
}

}  // namespace
}  // namespace postern::ldap
