#include "ldap/verdict.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ldap/result_code.hpp"

namespace postern::ldap {
namespace {

using identity::Reason;
using identity::Scope;
using identity::Unavailable;
using testing::HasSubstr;
using Error = PasswordPolicy::Error;

std::string in_words(const BindVerdict& verdict) {
    if (const auto* reason = std::get_if<Reason>(&verdict)) return identity::to_string(*reason);
    if (std::holds_alternative<Proved>(verdict)) return "proved";
    return fmt::format("unavailable: {}",
                       identity::to_string(std::get<Unavailable>(verdict).scope));
}

std::string active_directory(std::string_view data) {
    return fmt::format(
        "80090308: LdapErr: DSID-0C090449, comment: AcceptSecurityContext error, data {}, v4563",
        data);
}

TEST(Verdict, ResultCodesOfAUsersBind) {
    const std::pair<int, const char*> cases[] = {
        {0, "proved"},
        {49, "bad_credentials"},
        {32, "unknown_user"},
        {48, "not_permitted"},
        {1, "unavailable: directory"},
        {2, "unavailable: question"},
        {3, "unavailable: directory"},
        {4, "unavailable: question"},
        {5, "unavailable: question"},
        {6, "unavailable: question"},
        {7, "unavailable: directory"},
        {8, "unavailable: directory"},
        {9, "unavailable: question"},
        {10, "unavailable: question"},
        {11, "unavailable: question"},
        {12, "unavailable: directory"},
        {13, "unavailable: directory"},
        {14, "unavailable: directory"},
        {16, "unavailable: question"},
        {19, "unavailable: question"},
        {33, "unavailable: question"},
        {34, "unavailable: question"},
        {36, "unavailable: question"},
        {50, "unavailable: question"},
        {51, "unavailable: directory"},
        {52, "unavailable: directory"},
        {53, "unavailable: question"},
        {54, "unavailable: question"},
        {80, "unavailable: directory"},
        {81, "unavailable: question"},
        {123, "unavailable: question"},
        {-1, "unavailable: question"},
        {4096, "unavailable: question"},
    };
    for (const auto& [code, verdict] : cases)
        EXPECT_EQ(in_words(judge_bind({.code = code})), verdict) << code;
    EXPECT_EQ(in_words(judge_bind({})), "unavailable: directory");
}

TEST(Verdict, OnlySuccessIsEverProved) {
    for (int code = -10; code < 200; ++code) {
        for (const auto& diagnostic : {std::string(), std::string("success"), active_directory("0"),
                                       std::string("NDS error: success (0)")}) {
            const auto verdict = judge_bind({.code = code, .diagnostic = diagnostic});
            EXPECT_EQ(std::holds_alternative<Proved>(verdict), code == 0) << code;
        }
    }
}

TEST(Verdict, ActiveDirectorysCodes) {
    const std::pair<const char*, const char*> cases[] = {
        {"525", "unknown_user"},
        {"52e", "bad_credentials"},
        {"52E", "bad_credentials"},
        {"52f", "not_permitted"},
        {"530", "not_permitted"},
        {"531", "not_permitted"},
        {"569", "not_permitted"},
        {"532", "expired"},
        {"773", "expired"},
        {"533", "disabled"},
        {"701", "disabled"},
        {"775", "locked"},
        {"568", "unavailable: question"},
        {"57", "unavailable: question"},
        {"0", "unavailable: question"},
        {"ffffffff", "unavailable: question"},
        {"51f", "unavailable: directory"},
        {"80090346", "unavailable: directory"},
    };
    for (const auto& [data, verdict] : cases) {
        const Answer answer{.code = 49, .diagnostic = active_directory(data)};
        EXPECT_EQ(in_words(judge_bind(answer)), verdict) << data;
    }
    // Beside another result code they mean nothing.
    EXPECT_EQ(in_words(judge_bind({.code = 51, .diagnostic = active_directory("533")})),
              "unavailable: directory");
    EXPECT_EQ(in_words(judge_bind({.code = 0, .diagnostic = active_directory("533")})), "proved");
}

TEST(Verdict, WordsThatAUserMayHaveChosenAreNoCode) {
    for (const auto& diagnostic :
         {"no such user: " + active_directory("533"), active_directory("533") + "'",
          std::string("uid=\", data 533, v4563"), std::string("Account inactivated"),
          std::string("x NDS error: y (-220)")})
        EXPECT_EQ(in_words(judge_bind({.code = 49, .diagnostic = diagnostic})), "bad_credentials")
            << diagnostic;
}

TEST(Verdict, WordingsOfOtherServers) {
    struct Case {
        int code;
        const char *diagnostic, *verdict;
    };
    const Case cases[] = {
        {19, "Exceed password retry limit. Please try later.", "locked"},
        {19, "Exceed password retry limit. Contact system administrator to reset.", "locked"},
        {19, "Account inactivity limit exceeded. Contact system administrator to reset.",
         "not_permitted"},
        {19, "Password too short", "unavailable: question"},
        {53, "Account inactivated. Contact system administrator.", "not_permitted"},
        {53, "Account inactivated. Contact system administrator to activate this account",
         "not_permitted"},
        {53, "Account (Kerberos principal) is expired", "not_permitted"},
        {53, "Entry permanently locked.\n", "locked"},
        {53, "Too many failed logins.\n", "locked"},
        {53, "unauthenticated bind (DN with no password) disallowed", "unavailable: question"},
        {53, "Exceed password retry limit", "unavailable: question"},
        {53, "uid=Account inactivated", "unavailable: question"},
        {49, "NDS error: failed authentication (-669)", "bad_credentials"},
        {49, "NDS error: bad password (-222)", "bad_credentials"},
        {49, "NDS error: password expired (-223)", "expired"},
        {49, "NDS error: log account expired (-220)", "not_permitted"},
        {53, "NDS error: log account expired (-220)", "not_permitted"},
        {49, "NDS error: maximum logins exceeded (-217)", "not_permitted"},
        {49, "NDS error: bad login time (-218)", "not_permitted"},
        {53, "NDS error: login lockout (-197)", "locked"},
        {49, "NDS error: no such entry (-601)", "unknown_user"},
        {49, "NDS error: unreachable (-625)", "unavailable: question"},
    };
    for (const auto& [code, diagnostic, verdict] : cases)
        EXPECT_EQ(in_words(judge_bind({.code = code, .diagnostic = diagnostic})), verdict)
            << diagnostic;
}

TEST(Verdict, ThePasswordPolicysWord) {
    struct Case {
        int code;
        std::optional<Error> error;
        const char* verdict;
    };
    const Case cases[] = {
        {0, std::nullopt, "proved"},
        {0, Error::other, "proved"},
        {0, Error::password_expired, "expired"},
        {0, Error::change_after_reset, "expired"},
        {0, Error::account_locked, "locked"},
        {49, std::nullopt, "bad_credentials"},
        {49, Error::account_locked, "locked"},
        {49, Error::password_expired, "expired"},
        {49, Error::change_after_reset, "bad_credentials"},
        {49, Error::other, "bad_credentials"},
        {19, Error::account_locked, "locked"},
        {53, Error::account_locked, "locked"},
        {53, Error::password_expired, "unavailable: question"},
        {51, Error::account_locked, "unavailable: directory"},
        {80, Error::password_expired, "unavailable: directory"},
    };
    for (const auto& [code, error, verdict] : cases) {
        const Answer answer{.code = code, .policy = PasswordPolicy{.error = error}};
        EXPECT_EQ(in_words(judge_bind(answer)), verdict) << code;
    }
    EXPECT_EQ(in_words(judge_bind({.code = 0, .policy = PasswordPolicy{.grace_logins = 0}})),
              "proved");
}

TEST(Verdict, WordsTellMoreThanThePolicy) {
    // So 389-DS answers for a closed account.
    const Answer answer{.code = 53,
                        .diagnostic = "Account inactivated. Contact system administrator.",
                        .policy = PasswordPolicy{.error = Error::account_locked}};
    EXPECT_EQ(in_words(judge_bind(answer)), "not_permitted");
}

TEST(Verdict, WhyNamesTheCodeAndHasTheServersWords) {
    const std::pair<Answer, const char*> cases[] = {
        {{.code = 51}, "the server is busy; busy (51)"},
        {{.code = 8, .diagnostic = "BindSimple: Transport encryption required."},
         "the server wants TLS or a signed connection: use ldaps:// or StartTLS; "
         "strongerAuthRequired (8): \"BindSimple: Transport encryption required.\""},
        {{.code = 53, .diagnostic = "no\nway"}, "unwillingToPerform (53): \"no?way\""},
        {{.code = 10}, "another one, which we do not follow; referral (10)"},
        {{.code = 4242, .diagnostic = std::string(500, 'x')}, "unknown (4242): \"xxx"},
    };
    for (const auto& [answer, why] : cases) {
        const auto verdict = judge_bind(answer);
        ASSERT_TRUE(std::holds_alternative<Unavailable>(verdict)) << answer.code;
        EXPECT_THAT(std::get<Unavailable>(verdict).why, HasSubstr(why));
        EXPECT_LT(std::get<Unavailable>(verdict).why.size(), 400u);
    }
}

TEST(Verdict, ARefusedServiceAccountIsTheDirectorysFault) {
    EXPECT_FALSE(judge_service_bind({.code = 0}));
    EXPECT_FALSE(judge_service_bind({.code = 0, .policy = PasswordPolicy{.grace_logins = 3}}));
    const std::pair<Answer, const char*> cases[] = {
        {{.code = 49}, "refused the service account (bad_credentials); invalidCredentials (49)"},
        {{.code = 49, .diagnostic = active_directory("775")}, "service account (locked)"},
        {{.code = 49, .diagnostic = active_directory("568")}, "service account could not bind"},
        {{.code = 32}, "service account (unknown_user)"},
        {{.code = 0, .policy = PasswordPolicy{.error = Error::change_after_reset}},
         "service account (expired)"},
        {{.code = 50}, "service account could not bind"},
        {{.code = 52}, "service account could not bind: the server is not available"},
        {{.code = 53}, "service account could not bind"},
    };
    for (const auto& [answer, why] : cases) {
        const auto fault = judge_service_bind(answer);
        ASSERT_TRUE(fault) << why;
        EXPECT_EQ(fault->scope, Scope::directory) << why;
        EXPECT_THAT(fault->why, HasSubstr(why));
    }
}

TEST(Verdict, ResultCodesOfASearch) {
    EXPECT_FALSE(judge_search({.code = 0}));
    struct Case {
        int code;
        Scope scope;
        const char* why;
    };
    const Case cases[] = {
        {1, Scope::directory, "has forgotten our bind"},
        {3, Scope::directory, "took too long"},
        {4, Scope::question, "more entries than expected"},
        {10, Scope::question, "another one"},
        {11, Scope::question, "adminLimitExceeded (11)"},
        {32, Scope::directory, "no such base-dn"},
        {34, Scope::question, "invalidDNSyntax (34)"},
        {49, Scope::question, "invalidCredentials (49)"},
        {50, Scope::directory, "the service account may not search here"},
        {51, Scope::directory, "busy"},
        {80, Scope::directory, "other (80)"},
    };
    for (const auto& [code, scope, why] : cases) {
        const auto fault = judge_search({.code = code});
        ASSERT_TRUE(fault) << code;
        EXPECT_EQ(fault->scope, scope) << code;
        EXPECT_THAT(fault->why, HasSubstr(why));
    }
}

TEST(Verdict, CutShortAndGoneAreOneCodeEach) {
    for (int code = 0; code < 100; ++code) {
        EXPECT_EQ(is_cut_short({.code = code}), code == 4);
        EXPECT_EQ(is_gone({.code = code}), code == 32);
    }
}

TEST(ResultCode, HasTheNameOfTheRfc) {
    const std::pair<int, const char*> cases[] = {{0, "success"},
                                                 {8, "strongerAuthRequired"},
                                                 {49, "invalidCredentials"},
                                                 {80, "other"},
                                                 {9, "unknown"},
                                                 {-1, "unknown"},
                                                 {1000, "unknown"}};
    for (const auto& [code, name] : cases)
        EXPECT_STREQ(name_of(code), name) << code;
}

}  // namespace
}  // namespace postern::ldap
