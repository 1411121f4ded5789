#include "policy/sender.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace postern::policy {
namespace {

using enum Ownership;
using Addresses = std::vector<std::string>;

struct Case {
    Addresses addresses;
    std::string sender;
    Ownership expected;
};

void expect_ownership(const std::vector<Case>& table, const SenderRules& rules = {},
                      const std::string& name = "jane") {
    for (const auto& [addresses, sender, expected] : table) {
        const auto mailbox = address::parse_mailbox(sender);
        ASSERT_TRUE(mailbox) << sender;
        const identity::Principal principal{.name = name, .addresses = addresses};
        EXPECT_STREQ(to_string(owns(principal, *mailbox, rules)), to_string(expected))
            << sender << " by " << testing::PrintToString(addresses);
    }
}

TEST(Sender, IsOwnedWhenItsAddressIsListed) {
    const Addresses listed{"jane@x.test",         "j.doe@y.test", "info@bücher.example",
                           R"("odd one"@x.test)", "jané@x.test",  "mail@[192.0.2.1]"};
    expect_ownership({
        {listed, "jane@x.test", address},
        {listed, "j.doe@y.test", address},
        {listed, "Jane@X.Test", address},
        {listed, "JANE@x.TEST", address},
        {listed, R"("jane"@x.test)", address},
        {listed, R"("j\a\ne"@x.test)", address},
        {listed, R"("J.Doe"@y.test)", address},
        {listed, R"("odd one"@x.test)", address},
        {listed, R"("ODD\ one"@x.test)", address},
        {listed, "info@bücher.example", address},
        {listed, "info@BÜCHER.example", address},
        {listed, "info@bu\u0308cher.example", address},
        {listed, "info@xn--bcher-kva.example", address},
        {listed, "jané@x.test", address},
        {listed, "JANÉ@x.test", address},
        {listed, "jane\u0301@x.test", address},
        {listed, "mail@[192.0.2.1]", address},
        {listed, "joe@x.test", none},
        {listed, "jane@y.test", none},
        {listed, "j.doe@x.test", none},
        {listed, "jdoe@y.test", none},
        {listed, "jan@x.test", none},
        {listed, "janee@x.test", none},
        {listed, "ane@x.test", none},
        {listed, "jane@x.tes", none},
        {listed, "jane@ax.test", none},
        {listed, "jane@a.x.test", none},
        {listed, "jane@x.test.evil.example", none},
        {listed, "jane@test", none},
        {listed, R"("jane "@x.test)", none},
        {listed, R"("jane@x.test"@y.test)", none},
        {listed, "info@bucher.example", none},
        {listed, "mail@[192.0.2.10]", none},
        {listed, "mail@192.0.2.1", none},
        {{}, "joe@x.test", none},
    });
}

TEST(Sender, ThatOnlyLooksLikeAnOwnedOneIsAnother) {
    const Addresses listed{"paypal@x.test", "jane@apple.com", "strasse@x.test"};
    expect_ownership({
        {listed, "pаypal@x.test", none},        // Cyrillic а
        {listed, "ｐａｙｐａｌ@x.test", none},  // fullwidth
        {listed, "pay\u200Bpal@x.test", none},  // zero width space
        {listed, "jane@аpple.com", none},       // Cyrillic а
        {listed, "straße@x.test", none},        // lower case, not the folding that makes "ss" of it
        {listed, "STRASSE@x.test", address},
        {{"straße@x.test"}, "strasse@x.test", none},
        {{"straße@x.test"}, "STRAẞE@x.test", address},
        {{"a@faß.example"}, "a@fass.example", none},
    });
}

TEST(Sender, MayCarryATag) {
    const Addresses listed{"jane@x.test"};
    expect_ownership({
        {listed, "jane+news@x.test", subaddress},
        {listed, "Jane+News@x.test", subaddress},
        {listed, "jane+@x.test", subaddress},
        {listed, "jane+a+b@x.test", subaddress},
        {listed, "jane++@x.test", subaddress},
        {listed, R"("jane+a b"@x.test)", subaddress},
        {listed, "jane+é@x.test", subaddress},
        {listed, "jane-news@x.test", none},
        {listed, "jane.news@x.test", none},
        {listed, "jane+news@y.test", none},
        {listed, "joe+jane@x.test", none},
        {listed, "+jane@x.test", none},
        {listed, "jan+e@x.test", none},
        {listed, "joe+news@x.test", none},
        {{"jané@x.test"}, "JANÉ+a@x.test", subaddress},
    });
}

TEST(Sender, OwnsNothingBelowAListedTag) {
    const Addresses listed{"jane+work@x.test"};
    expect_ownership({
        {listed, "jane+work@x.test", address},
        {listed, "jane+work+x@x.test", subaddress},
        {listed, "jane@x.test", none},
        {listed, "jane+home@x.test", none},
        {listed, "jane+@x.test", none},
        {listed, "jane+workers@x.test", none},
        {{"+work@x.test"}, "+work@x.test", address},
        {{"+work@x.test"}, "joe+work@x.test", none},
        {{R"(""@x.test)"}, "+work@x.test", none},
    });
}

TEST(Sender, HasTheSeparatorsOfTheSettings) {
    const Addresses listed{"jane@x.test"};
    expect_ownership({{listed, "jane+news@x.test", none}, {listed, "jane@x.test", address}},
                     {.subaddress = ""});
    expect_ownership({{listed, "jane-news@x.test", subaddress}, {listed, "jane+news@x.test", none}},
                     {.subaddress = "-"});
    expect_ownership({{listed, "jane-news@x.test", subaddress},
                      {listed, "jane+news@x.test", subaddress},
                      {listed, "jane.news@x.test", none}},
                     {.subaddress = "+-"});
    expect_ownership({{listed, "jane%news@x.test", none}}, {.subaddress = "%"});
}

TEST(Sender, IsOwnedWithItsWholeDomain) {
    const Addresses listed{"@x.test", "jane@y.test", "@BÜCHER.example"};
    expect_ownership({
        {listed, "anybody@x.test", domain},
        {listed, "ANYBODY@X.TEST", domain},
        {listed, "any.body+tag@x.test", domain},
        {listed, R"("any body"@x.test)", domain},
        {listed, "info@bücher.example", domain},
        {listed, "info@xn--bcher-kva.example", domain},
        {listed, "jane@y.test", address},
        {listed, "jane+a@y.test", subaddress},
        {listed, "joe@y.test", none},
        {listed, "joe@a.x.test", none},
        {listed, "joe@test", none},
        {listed, "joe@xx.test", none},
        {listed, R"("joe@x.test"@y.test)", none},
        {{"@[192.0.2.1]"}, "joe@[192.0.2.1]", none},
        {{"@"}, "joe@x.test", none},
        {{"@."}, "joe@x.test", none},
        {{"@*"}, "joe@x.test", none},
        {{"@*.test"}, "joe@x.test", none},
        {{"@test"}, "joe@x.test", none},
        {{"@@x.test"}, "joe@x.test", none},
        {{"@x.test "}, "joe@x.test", none},
        {{"@x.test."}, "joe@x.test", none},
        {{"*@x.test"}, "joe@x.test", none},
        {{"*@x.test"}, "*@x.test", address},
        {{"x.test"}, "joe@x.test", none},
    });
}

TEST(Sender, WithARoutingCharacterIsOwnedOnlyLiterally) {
    const Addresses listed{"jane@x.test", "@x.test", "both!ways%x@y.test", "%@z.test"};
    expect_ownership({
        {listed, "victim%other@x.test", none},
        {listed, "other!victim@x.test", none},
        {listed, R"("victim%other"@x.test)", none},
        {listed, R"("vic\%tim"@x.test)", none},
        {listed, "jane+a%b@x.test", none},
        {listed, "jane+a!b@x.test", none},
        {listed, "jane%@x.test", none},
        {listed, R"("jane+x@evil.test"@x.test)", none},
        {listed, R"("jane+a:b"@x.test)", none},
        {listed, R"("victim@evil.test"@x.test)", none},
        {{R"("jane@evil.test"@x.test)"}, R"("jane@evil.test"@x.test)", address},
        {listed, "both!ways%x@y.test", address},
        {listed, "BOTH!ways%X@Y.test", address},
        {listed, "both!ways%x+a@y.test", none},
        {listed, "%@z.test", address},
        {listed, "victim＠other@x.test", domain},  // a fullwidth @ routes nothing
    });
}

TEST(Sender, IsOwnedByTheNameOnlyWhereTheRulesSaySo) {
    const std::string name = "jane@x.test";
    const Addresses listed{"j.doe@x.test"};
    expect_ownership(
        {
            {{}, "jane@x.test", none},
            {{}, "jane+a@x.test", none},
            {listed, "jane@x.test", none},
            {listed, "jane+a@x.test", none},
            {{""}, "jane@x.test", none},
            {{"malformed"}, "jane@x.test", none},
            {{"@y.test"}, "jane@x.test", none},
        },
        {}, name);
    expect_ownership(
        {
            {{}, "JANE@X.test", Ownership::name},
            {{}, R"("jane"@x.test)", Ownership::name},
            {{}, "jane+a@x.test", subaddress},
            {{}, "joe@x.test", none},
            {listed, "jane@x.test", Ownership::name},
            {listed, "jane+a@x.test", subaddress},
            {listed, "j.doe@x.test", address},
            {{"@x.test"}, "jane@x.test", Ownership::name},
            {{"jane@x.test"}, "jane@x.test", address},
            {{}, "jane@x.test", Ownership::name},
            {listed, "joe@x.test", none},
        },
        {.name_is_address = true}, name);
}

TEST(Sender, IsNotOwnedByANameThatIsNoAddress) {
    const SenderRules rules{.name_is_address = true};
    for (const auto* name : {"", "jane", "@x.test", "jane@", "x.test", "*", "jane@x.test ",
                             "<jane@x.test>", "jane@x.test,joe@x.test", "cn=jane,dc=x,dc=test"}) {
        expect_ownership({{{}, "jane@x.test", none}, {{}, "joe@x.test", none}}, rules, name);
    }
}

TEST(Sender, IsNotOwnedByEntriesThatAreNoAddresses) {
    for (const auto* entry :
         {"", " ", "jane", "jane@", "@", " jane@x.test", "jane@x.test ", "<jane@x.test>",
          "Jane <jane@x.test>", "smtp:jane@x.test", "jane@x.test,joe@x.test", "jane@x.test;", "*",
          "*@*", "jane@x_test", "jane@x.test\n", "jane@@x.test", "jane@x..test"}) {
        expect_ownership({{{entry}, "jane@x.test", none}});
    }
    expect_ownership({{{"", "broken", "@", "jane@x.test"}, "jane@x.test", address}});
    expect_ownership({{{std::string("jane@x.test\0", 12)}, "jane@x.test", none}});
}

TEST(Sender, IsOwnedByAListWithoutAPrincipalToo) {
    const Addresses listed{"jane@x.test", "@y.test"};
    const SenderRules rules{.name_is_address = true};
    EXPECT_EQ(owns(listed, {"jane", "x.test"}, rules), address);
    EXPECT_EQ(owns(listed, {"jane+a", "x.test"}, rules), subaddress);
    EXPECT_EQ(owns(listed, {"joe", "y.test"}, rules), domain);
    EXPECT_EQ(owns(listed, {"a%b", "y.test"}, rules), none);
    EXPECT_EQ(owns(listed, {"joe", "x.test"}, rules), none);
    EXPECT_EQ(owns(listed, {"", "y.test"}, rules), none);
}

TEST(Sender, WithoutLocalPartOrDomainIsNobodys) {
    const identity::Principal principal{.name = "postmaster",
                                        .addresses = {R"(""@x.test)", "@x.test", "postmaster", ""}};
    EXPECT_EQ(owns(principal, {"", "x.test"}, {}), none);
    EXPECT_EQ(owns(principal, {"postmaster", ""}, {}), none);
    EXPECT_EQ(owns(principal, {"", ""}, {}), none);
    EXPECT_EQ(owns(principal, {"jane", "x.test"}, {}), domain);
}

TEST(Sender, MayCompareLocalPartsCaseSensitively) {
    const Addresses listed{"Jane@x.test", "jané@x.test", "@y.test"};
    expect_ownership(
        {
            {listed, "Jane@x.test", address},
            {listed, "Jane@X.TEST", address},
            {listed, "jane@x.test", none},
            {listed, "JANE@x.test", none},
            {listed, "Jane+a@x.test", subaddress},
            {listed, "jane+a@x.test", none},
            {listed, "jané@x.test", address},
            {listed, "jane\u0301@x.test", address},
            {listed, "janÉ@x.test", none},
            {listed, "Joe@Y.test", domain},
        },
        {.local_part_case = true});
}

TEST(Sender, IsOwnedByTheFirstRuleWhateverTheOrderOfEntries) {
    expect_ownership({
        {{"@x.test", "jane@x.test"}, "jane@x.test", address},
        {{"jane@x.test", "@x.test"}, "jane@x.test", address},
        {{"@x.test", "jane@x.test"}, "jane+a@x.test", subaddress},
        {{"jane@x.test", "@x.test"}, "jane+a@x.test", subaddress},
        {{"jane@x.test", "jane+a@x.test"}, "jane+a@x.test", address},
    });
}

// A sender is checked at every MAIL, on the thread that serves everybody else too.
TEST(Sender, IsCheckedAgainstManyAddressesInMicroseconds) {
    identity::Principal principal{.name = "jane", .addresses = {}};
    for (int i = 0; i < 20; ++i) {
        principal.addresses.push_back("jane.doe" + std::to_string(i) + "@department.example.org");
    }
    const address::Mailbox sender{"somebody.else", "department.example.org"};
    const auto started = std::chrono::steady_clock::now();
    constexpr int rounds = 1000;
    for (int i = 0; i < rounds; ++i)
        ASSERT_EQ(owns(principal, sender, {}), none);
    const auto elapsed = std::chrono::steady_clock::now() - started;
    RecordProperty("nanoseconds_per_check",
                   std::to_string(std::chrono::nanoseconds(elapsed).count() / rounds));
    EXPECT_LT(elapsed / rounds, std::chrono::milliseconds(1)) << "even with sanitizers, under load";
}

}  // namespace
}  // namespace postern::policy
