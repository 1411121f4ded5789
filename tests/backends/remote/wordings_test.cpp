#include "remote/wordings.hpp"

#include <gtest/gtest.h>

namespace postern::remote {
namespace {

TEST(Wordings, AreFoundInAnyCase) {
    EXPECT_TRUE(speaks_of("Please TRY Again", "try again"));
    EXPECT_TRUE(speaks_of("", ""));
    EXPECT_FALSE(speaks_of("try", "try again"));
    EXPECT_TRUE(speaks_of_trouble("Temporarily out of order"));
    EXPECT_FALSE(speaks_of_trouble("Authentication failed"));
    EXPECT_FALSE(speaks_of_trouble("authentication failed: (reason unavailable)"));
    EXPECT_TRUE(speaks_of_trouble("unavailable (reason unavailable)"));
    EXPECT_TRUE(speaks_of_too_many("TOO MANY errors"));
    EXPECT_FALSE(speaks_of_too_many("Authentication failed"));
}

TEST(Wordings, ALoginIsNone) {
    EXPECT_EQ(without_login("no Busy@Example.org here", "busy@example.org"), "no  here");
    EXPECT_EQ(without_login("busy", "busy"), "busy") << "that may well be its own word";
}

TEST(Wordings, ThatShowAPasswordAreNotShown) {
    const crypto::Secret password("open sesame");
    const auto shown = [&](std::string_view words) {
        return without_password("454 what it said", words, "jane", password);
    };
    EXPECT_EQ(shown("454 not now"), "454 what it said");
    for (const auto* words :
         {"454 open sesame", "454 <b3BlbiBzZXNhbWU=>", "454 AGphbmUAb3BlbiBzZXNhbWU= what?"})
        EXPECT_EQ(shown(words), "(its words repeat ours)") << words;
}

}  // namespace
}  // namespace postern::remote
