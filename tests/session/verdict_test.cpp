#include "session/verdict.hpp"

#include <gtest/gtest.h>

namespace postern::session {
namespace {

using identity::Accepted;
using identity::AuthResult;
using identity::Reason;
using identity::Rejected;
using identity::Scope;
using identity::Unavailable;

TEST(Verdict, OneTableFromVerdictsToReplies) {
    struct Case {
        AuthResult verdict;
        const char* expected;
    };
    const Case cases[] = {
        {Accepted{}, "235 2.7.0"},
        {Rejected{Reason::unknown_user, ""}, "535 5.7.8"},
        {Rejected{Reason::bad_credentials, "jane"}, "535 5.7.8"},
        {Rejected{Reason::locked, "jane"}, "535 5.7.8"},
        {Rejected{Reason::not_permitted, "jane"}, "535 5.7.8"},
        {Rejected{Reason::expired, "jane"}, "535 5.7.8"},
        {Rejected{Reason::disabled, "jane"}, "525 5.7.13"},
        {Unavailable{Scope::question, "odd"}, "454 4.7.0"},
        {Unavailable{Scope::busy, "full"}, "454 4.7.0"},
        {Unavailable{Scope::directory, "down"}, "454 4.7.0"},
    };
    for (const auto& each : cases)
        EXPECT_TRUE(reply_to(each.verdict, "expired").wire().starts_with(each.expected))
            << reply_to(each.verdict, "expired").wire();
}

TEST(Verdict, AResultNobodyFilledInMeansTryLater) {
    EXPECT_EQ(reply_to(AuthResult(), "").code, 454);
}

TEST(Verdict, RefusalsCannotBeToldApart) {
    const auto wrong = reply_to(Rejected{Reason::bad_credentials, "jane"}, "expired");
    for (const auto reason : {Reason::unknown_user, Reason::locked, Reason::not_permitted})
        EXPECT_EQ(reply_to(Rejected{reason, ""}, "expired"), wrong);
    EXPECT_EQ(reply_to(Rejected{Reason::expired, ""}, "Change it").lines.front(), "Change it");
}

}  // namespace
}  // namespace postern::session
