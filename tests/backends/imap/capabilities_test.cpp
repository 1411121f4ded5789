#include "imap/capabilities.hpp"

#include <gtest/gtest.h>

namespace postern::imap {
namespace {

TEST(Capabilities, AreWordsInAnyCase) {
    const auto all = Capabilities::parse(
        "IMAP4rev1 starttls LoginDisabled AUTH=PLAIN SASL-IR ID LITERAL+ LITERAL-");
    EXPECT_TRUE(all.known && all.starttls && all.login_disabled && all.auth_plain);
    EXPECT_TRUE(all.initial_response && all.id && all.literal_plus && all.literal_minus);
    Capabilities none;
    none.known = true;
    for (const auto* words : {"", "IMAP4rev1", "AUTH=PLAINX XAUTH=PLAIN AUTH=LOGIN", "IDLE", "  "})
        EXPECT_EQ(Capabilities::parse(words), none) << words;
}

TEST(Capabilities, StandInAListOrInACode) {
    using Kind = Response::Kind;
    const Response list{Kind::untagged, "", "CAPABILITY", "", "", "IMAP4rev1 STARTTLS"};
    const Response code{Kind::tagged, "A1", "OK", "CAPABILITY", "IMAP4rev1 STARTTLS", "done"};
    for (const auto& response : {list, code}) {
        Capabilities learnt;
        learnt.login_disabled = true;
        learnt.learn(response);
        EXPECT_TRUE(learnt.known && learnt.starttls);
        EXPECT_FALSE(learnt.login_disabled) << "what is not told again holds no more";
    }
    for (const auto& response : {Response{Kind::untagged, "", "OK", "", "", "STARTTLS"},
                                 Response{Kind::tagged, "A1", "OK", "", "", "CAPABILITY"}}) {
        Capabilities learnt;
        learnt.learn(response);
        EXPECT_EQ(learnt, Capabilities());
    }
}

}  // namespace
}  // namespace postern::imap
