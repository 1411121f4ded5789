#include "upstream/translation.hpp"

#include <gtest/gtest.h>

#include "smtp/replies.hpp"

namespace postern::upstream {
namespace {

namespace replies = smtp::replies;

struct Case {
    Stage stage;
    int code;
    smtp::Reply expected;
    Fault fault;
};

smtp::Reply theirs(int code) {
    return {code, "", "their words"};
}

void check(const Case& each) {
    SCOPED_TRACE(std::string(to_string(each.stage)) + " " + std::to_string(each.code));
    const auto verdict = translate(each.stage, theirs(each.code), false);
    EXPECT_EQ(verdict.reply, each.expected) << verdict.reply.summary();
    EXPECT_EQ(verdict.fault, each.fault);
}

TEST(Translation, WhatIsSaidBeforeTheTransactionIsAboutUsAndNeverReachesTheClient) {
    const auto unreachable = replies::next_hop_unreachable();
    for (const Stage stage : {Stage::greeting, Stage::ehlo, Stage::starttls}) {
        for (const int code : {354, 421, 450, 454, 500, 502, 521, 530, 535, 550, 554, 251}) {
            check({stage, code, unreachable, Fault::unreachable});
        }
    }
    EXPECT_EQ(unreachable.code, 451);
    EXPECT_EQ(unreachable.enhanced, "4.4.1");
}

TEST(Translation, OnlyTheExpectedCodeGoesOn) {
    check({Stage::greeting, 220, theirs(220), Fault::none});
    check({Stage::ehlo, 250, theirs(250), Fault::none});
    check({Stage::starttls, 220, theirs(220), Fault::none});
    check({Stage::xclient, 220, theirs(220), Fault::none});
    check({Stage::mail, 250, theirs(250), Fault::none});
    check({Stage::rcpt, 250, theirs(250), Fault::none});
    check({Stage::rcpt, 251, theirs(251), Fault::none});
    check({Stage::data, 354, theirs(354), Fault::none});
    check({Stage::message, 250, theirs(250), Fault::none});
    check({Stage::ehlo, 220, replies::next_hop_unreachable(), Fault::unreachable});
    check({Stage::greeting, 250, replies::next_hop_unreachable(), Fault::unreachable});
}

TEST(Translation, AnyOtherReplyToXclientMeansThatIdentityIsNotSetUp) {
    for (const int code : {250, 354, 421, 451, 500, 501, 503, 550}) {
        check({Stage::xclient, code, replies::next_hop_misconfigured(), Fault::misconfigured});
    }
}

TEST(Translation, RefusalsOfTheTransactionArePassedOn) {
    for (const Stage stage : {Stage::mail, Stage::rcpt, Stage::data, Stage::message}) {
        for (const int code : {450, 451, 452, 454, 455, 500, 501, 502, 504, 521, 541, 550, 551, 552,
                               553, 554, 555, 571}) {
            check({stage, code, theirs(code), Fault::none});
        }
    }
}

TEST(Translation, WhatIsSaidAgainstTheGatewayBecomes451) {
    for (const Stage stage : {Stage::mail, Stage::rcpt, Stage::data, Stage::message}) {
        for (const int code : {503, 530, 534, 535, 538}) {
            check({stage, code, replies::next_hop_misconfigured(), Fault::misconfigured});
        }
    }
    EXPECT_EQ(replies::next_hop_misconfigured().code, 451);
    EXPECT_EQ(replies::next_hop_misconfigured().enhanced, "4.3.5");
}

TEST(Translation, A421AndRepliesThatMakeNoSenseEndTheConnection) {
    const auto lost = replies::next_hop_lost();
    for (const Stage stage : {Stage::mail, Stage::rcpt, Stage::data, Stage::message}) {
        for (const int code : {200, 211, 220, 221, 252, 334, 350, 399, 421}) {
            check({stage, code, lost, Fault::lost});
        }
    }
    check({Stage::mail, 251, lost, Fault::lost});
    check({Stage::mail, 354, lost, Fault::lost});
    check({Stage::rcpt, 354, lost, Fault::lost});
    check({Stage::message, 354, lost, Fault::lost});
    check({Stage::data, 250, lost, Fault::lost});
    check({Stage::data, 600, lost, Fault::lost});
    check({Stage::data, 0, lost, Fault::lost});
    EXPECT_EQ(lost.code, 451);
    EXPECT_EQ(lost.enhanced, "4.4.2");
}

// The safety net under the tables above: an acknowledgement can only come from one.
TEST(Translation, NoCodeButTheExpectedOneIsEverPositive) {
    for (int code = 0; code < 1000; ++code) {
        for (const Stage stage : {Stage::mail, Stage::rcpt, Stage::data, Stage::message}) {
            const auto verdict = translate(stage, theirs(code), false);
            if (!verdict.reply.positive()) continue;
            const bool expected = code == 250 || (stage == Stage::rcpt && code == 251);
            EXPECT_TRUE(stage == Stage::data ? code == 354 : expected) << to_string(stage) << code;
        }
    }
}

TEST(Translation, TextIsAsciiUnlessTheTransactionIsInternational) {
    smtp::Reply reply(550, "5.1.1", "kein Empf\xC3\xA4nger");
    reply.lines.emplace_back("second line");
    const auto ascii = translate(Stage::rcpt, reply, false).reply;
    EXPECT_EQ(ascii.lines, (std::vector<std::string>{"kein Empf?nger", "second line"}));
    EXPECT_EQ(ascii.enhanced, "5.1.1");
    EXPECT_EQ(translate(Stage::rcpt, reply, true).reply, reply);
}

}  // namespace
}  // namespace postern::upstream
