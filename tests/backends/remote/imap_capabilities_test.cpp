#include "remote/imap_capabilities.hpp"

#include <gtest/gtest.h>

namespace postern::remote {
namespace {

TEST(ImapCapabilities, AreWordsInAnyCase) {
    const auto all = ImapCapabilities::parse(
        "IMAP4rev1 starttls LoginDisabled AUTH=PLAIN SASL-IR ID LITERAL+ LITERAL-");
    EXPECT_TRUE(all.known && all.starttls && all.login_disabled && all.auth_plain);
    EXPECT_TRUE(all.initial_response && all.id && all.literal_plus && all.literal_minus);
    ImapCapabilities none;
    none.known = true;
    for (const auto* words : {"", "IMAP4rev1", "AUTH=PLAINX XAUTH=PLAIN AUTH=LOGIN", "IDLE", "  "})
        EXPECT_EQ(ImapCapabilities::parse(words), none) << words;
}

TEST(ImapCapabilities, StandInAListOrInACode) {
    using Kind = ImapResponse::Kind;
    const ImapResponse list{Kind::untagged, "", "CAPABILITY", "", "", "IMAP4rev1 STARTTLS"};
    const ImapResponse code{Kind::tagged, "A1", "OK", "CAPABILITY", "IMAP4rev1 STARTTLS", "done"};
    for (const auto& response : {list, code}) {
        ImapCapabilities learnt;
        learnt.login_disabled = true;
        learnt.learn(response);
        EXPECT_TRUE(learnt.known && learnt.starttls);
        EXPECT_FALSE(learnt.login_disabled) << "what is not told again holds no more";
    }
    for (const auto& response : {ImapResponse{Kind::untagged, "", "OK", "", "", "STARTTLS"},
                                 ImapResponse{Kind::tagged, "A1", "OK", "", "", "CAPABILITY"}}) {
        ImapCapabilities learnt;
        learnt.learn(response);
        EXPECT_EQ(learnt, ImapCapabilities());
    }
}

}  // namespace
}  // namespace postern::remote
