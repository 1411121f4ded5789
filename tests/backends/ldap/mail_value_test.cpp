#include "ldap/mail_value.hpp"

#include <gtest/gtest.h>

namespace postern::ldap {
namespace {

TEST(MailValue, ProxyAddressesHaveAPrefix) {
    struct Case {
        const char *value, *address;
        bool is_primary;
    };
    const Case cases[] = {
        {"jane@x.test", "jane@x.test", false},
        {"SMTP:jane@x.test", "jane@x.test", true},
        {"smtp:jane@x.test", "jane@x.test", false},
        {"Smtp:jane@x.test", "jane@x.test", false},
        {"smtp:", "", false},
        {"smtp:smtp:jane@x.test", "smtp:jane@x.test", false},
        {"\"a:b\"@x.test", "\"a:b\"@x.test", false},
        {"jane@[IPv6:2001:db8::1]", "jane@[IPv6:2001:db8::1]", false},
        {":jane@x.test", ":jane@x.test", false},
        {"CN=a:b", "CN=a:b", false},
        {"", "", false},
    };
    for (const auto& [value, address, is_primary] : cases) {
        const auto mail = parse_mail_value(value);
        ASSERT_TRUE(mail) << value;
        EXPECT_EQ(mail->address, address) << value;
        EXPECT_EQ(mail->is_primary, is_primary) << value;
    }
    for (const char* value : {"X500:/o=Example/cn=jane", "x400:c=US", "SIP:jane@x.test",
                              "EUM:1;phone-context=x", "mailto:jane@x.test", "SPO:a@b"})
        EXPECT_FALSE(parse_mail_value(value)) << value;
}

TEST(MailValue, EqualAddressesHaveOneNormalForm) {
    const std::pair<const char*, std::optional<std::string>> cases[] = {
        {"jane@X.Test", "jane@x.test"},
        {"\"jane\"@x.test", "jane@x.test"},
        {"jane@b\xC3\xBC"
         "cher.test",
         "jane@xn--bcher-kva.test"},
        {"@X.Test", "@x.test"},
        {"jane", std::nullopt},
        {"jane@", std::nullopt},
        {"@", std::nullopt},
        {"@a b", std::nullopt},
        {"@@x.test", std::nullopt},
        {"\"\"@x.test", std::nullopt},
        {"<jane@x.test>", std::nullopt},
        {"Jane <jane@x.test>", std::nullopt},
        {"jane@x.test,joe@x.test", std::nullopt},
        {" jane@x.test", std::nullopt},
        {"jane@x.test\n", std::nullopt},
        {"", std::nullopt},
    };
    for (const auto& [text, normal] : cases)
        EXPECT_EQ(normalize_mailbox_or_domain(text), normal) << text;
    EXPECT_EQ(normalize_mailbox("@x.test"), std::nullopt);
}

}  // namespace
}  // namespace postern::ldap
