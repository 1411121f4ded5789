#include "cache/refusals.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "cache/records.hpp"

namespace postern::cache {
namespace {

using namespace std::chrono_literals;

const Rules rules{.positive = 1h, .negative = 1min};

// Somebody tries the same wrong password at every turn of the clock; the minutes at which the
// directory was asked.
std::vector<int> minutes_asked(std::chrono::seconds turn, std::chrono::hours lasting,
                               const Rules& used) {
    std::vector<Refused> refused;
    std::vector<int> minutes;
    for (auto now = start; now < start + lasting; now += turn) {
        if (verdict_of(refused, verifier('p'), now, used) == Verdict::rejected) continue;
        minutes.push_back(static_cast<int>((now - start) / 1min));
        remember(refused, {verifier('p'), now, now, 1}, used);
    }
    return minutes;
}

TEST(Refusals, AreAskedAboutEverMoreRarely) {
    EXPECT_EQ(minutes_asked(1s, 3h, rules), (std::vector{0, 1, 5, 15, 45, 75, 105, 135, 165}));
    Rules longer = rules;
    longer.negative = 2h;
    EXPECT_EQ(minutes_asked(1s, 3h, longer), (std::vector{0, 1, 5, 15, 135}));
}

TEST(Refusals, WhoseMomentWasMissedAreAskedAboutAtTheNextTry) {
    EXPECT_EQ(minutes_asked(7min, 2h, rules), (std::vector{0, 7, 21, 56, 91}));
}

TEST(Refusals, NeverMoreThanFiveQuestionsAnHour) {
    for (const auto turn : {1s, 20s, 59s, 61s, 299s, 301s, 600s, 901s, 1800s, 3600s}) {
        const auto minutes = minutes_asked(turn, 48h, rules);
        for (std::size_t i = 5; i < minutes.size(); ++i)
            EXPECT_GE(minutes[i] - minutes[i - 5], 60) << turn.count() << "s, question " << i;
    }
}

TEST(Refusals, AnotherPasswordIsNotMeant) {
    std::vector<Refused> refused;
    remember(refused, {verifier('p'), start, start, 1}, rules);
    EXPECT_EQ(verdict_of(refused, verifier('p'), start, rules), Verdict::rejected);
    EXPECT_EQ(verdict_of(refused, verifier('q'), start, rules), Verdict::ask);
}

TEST(Refusals, FromAheadOrWithoutATimeAreAsked) {
    const std::vector<Refused> refused{{verifier('p'), start, start, 1}};
    EXPECT_EQ(verdict_of(refused, verifier('p'), start - 60s, rules), Verdict::rejected);
    EXPECT_EQ(verdict_of(refused, verifier('p'), start - 61s, rules), Verdict::ask);
    Rules none = rules;
    none.negative = 0s;
    EXPECT_EQ(verdict_of(refused, verifier('p'), start, none), Verdict::ask);
}

TEST(Refusals, OnesThatNobodyTriedForLongAreForgotten) {
    std::vector<Refused> refused;
    remember(refused, {verifier('p'), start, start, 1}, rules);
    remember(refused, {verifier('q'), start + 59min, start + 59min, 1}, rules);
    EXPECT_EQ(refused.size(), 2U);
    remember(refused, {verifier('r'), start + 60min, start + 60min, 1}, rules);
    ASSERT_EQ(refused.size(), 2U);
    EXPECT_EQ(refused[0].verifier, verifier('r'));
    EXPECT_EQ(refused[1].verifier, verifier('q'));
    remember(refused, {verifier('q'), start + 3h, start + 3h, 1}, rules);
    ASSERT_EQ(refused.size(), 1U);
    EXPECT_EQ(refused[0].first, start + 3h) << "begins anew";
}

TEST(Refusals, TheLatestEightAreKeptInOrder) {
    std::vector<Refused> refused;
    for (char password = 'a'; password <= 'j'; ++password) {
        const auto asked = start + std::chrono::seconds(password % 4);
        remember(refused, {verifier(password), asked, asked, 1}, rules);
    }
    ASSERT_EQ(refused.size(), refused_at_most);
    EXPECT_TRUE(std::ranges::is_sorted(refused, std::greater(), &Refused::asked));
    // An answer that comes late does not make the refusal younger or older than it is.
    remember(refused, {verifier('c'), start, start, 2}, rules);
    const auto* late = matching(refused, verifier('c'));
    ASSERT_NE(late, nullptr);
    EXPECT_EQ(late->first, start);
    EXPECT_EQ(late->asked, start + 3s);
    EXPECT_EQ(late->generation, 2U);
}

}  // namespace
}  // namespace postern::cache
