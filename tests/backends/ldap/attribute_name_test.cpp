#include "ldap/attribute_name.hpp"

#include <gtest/gtest.h>

namespace postern::ldap {
namespace {

TEST(AttributeName, IsANameOrADottedNumber) {
    for (const char* name : {"cn", "mail", "x-Mail2", "a", "2.5.4.3", "0.9.2342.19200300.100.1.1",
                             "1.2.840.113556.1.4.1941"})
        EXPECT_TRUE(is_oid(name)) << name;
    for (const char* name : {"", "-cn", "c n", "c_n", "c.n", "cn;binary", "2", "2.", ".2", "2..5",
                             "02.5", "2.05", "2.5a", "c*", "+", "\xC3\xA4", "mail=", "mail\n"})
        EXPECT_FALSE(is_oid(name)) << name;
}

TEST(AttributeName, MayHaveOptions) {
    for (const char* name :
         {"cn", "userCertificate;binary", "cn;lang-de;x-1", "2.5.4.3;lang-de", "cn;1"})
        EXPECT_TRUE(is_attribute_description(name)) << name;
    for (const char* name : {"", ";", "cn;", "cn;;x", ";binary", "cn;a_b", "cn;range=0-1", "cn; x"})
        EXPECT_FALSE(is_attribute_description(name)) << name;
}

}  // namespace
}  // namespace postern::ldap
