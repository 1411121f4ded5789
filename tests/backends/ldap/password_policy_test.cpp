#include "ldap/password_policy.hpp"

#include <gtest/gtest.h>

namespace postern::ldap {
namespace {

using namespace std::string_literals;
using Error = PasswordPolicy::Error;

TEST(PasswordPolicy, IsWhatServersAddToABind) {
    struct Case {
        std::string ber;
        std::optional<Error> error;
        std::optional<std::int32_t> grace_logins;
    };
    const Case cases[] = {
        {"\x30\x00"s, std::nullopt, std::nullopt},
        {"\x30\x03\x81\x01\x00"s, Error::password_expired, std::nullopt},
        {"\x30\x03\x81\x01\x01", Error::account_locked, std::nullopt},
        {"\x30\x03\x81\x01\x02", Error::change_after_reset, std::nullopt},
        {"\x30\x03\x81\x01\x03", Error::other, std::nullopt},
        {"\x30\x03\x81\x01\x08", Error::other, std::nullopt},
        {"\x30\x03\x81\x01\x7F", Error::other, std::nullopt},
        {"\x30\x05\xA0\x03\x81\x01\x02", std::nullopt, 2},
        {"\x30\x05\xA0\x03\x81\x01\x00"s, std::nullopt, 0},
        {"\x30\x06\xA0\x04\x80\x02\x0E\x10", std::nullopt, std::nullopt},
        {"\x30\x08\xA0\x06\x80\x04\x7F\xFF\xFF\xFF", std::nullopt, std::nullopt},
        {"\x30\x08\xA0\x03\x81\x01\x01\x81\x01\x02", Error::change_after_reset, 1},
        {"\x30\x81\x03\x81\x01\x01", Error::account_locked, std::nullopt},
        {"\x30\x84\x00\x00\x00\x03\x81\x01\x01"s, Error::account_locked, std::nullopt},
    };
    for (const auto& [ber, error, grace_logins] : cases) {
        const auto policy = parse_password_policy(ber);
        ASSERT_TRUE(policy) << testing::PrintToString(ber);
        EXPECT_EQ(policy->error, error) << testing::PrintToString(ber);
        EXPECT_EQ(policy->grace_logins, grace_logins) << testing::PrintToString(ber);
    }
}

TEST(PasswordPolicy, OtherOctetsAreNone) {
    const std::string cases[] = {
        "",
        "\x30",
        "\x30\x01",
        "\x30\x00\x00"s,
        "\x31\x00"s,
        "\x30\x80\x00\x00"s,
        "\x30\x85\x00\x00\x00\x00\x00"s,
        "\x30\xFF",
        "\x30\x84\xFF\xFF\xFF\xFF",
        "\x30\x82\x00"s,
        "\x30\x02\x81\x00"s,
        "\x30\x03\x81\x02\x00"s,
        "\x30\x03\x81\x01\x80",
        "\x30\x07\x81\x05\x00\x00\x00\x00\x01"s,
        "\x30\x02\xA0\x00"s,
        "\x30\x04\xA0\x02\x81\x00"s,
        "\x30\x05\xA0\x03\x82\x01\x01",
        "\x30\x05\xA0\x03\x81\x01\xFF",
        "\x30\x06\xA0\x04\x81\x01\x01\x00"s,
        "\x30\x08\x81\x01\x02\xA0\x03\x81\x01\x01",
        "\x30\x06\x81\x01\x01\x81\x01\x02",
        "\x30\x03\x0A\x01\x01",
        "\x30\x03\x9F\x01\x01",
    };
    for (const auto& ber : cases)
        EXPECT_FALSE(parse_password_policy(ber)) << testing::PrintToString(ber);
}

}  // namespace
}  // namespace postern::ldap
