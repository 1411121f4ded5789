#include "cache/login_change.hpp"

#include <gtest/gtest.h>

#include "cache/records.hpp"

namespace postern::cache {
namespace {

using namespace std::chrono_literals;

const Rules rules;

Name name(const char* account, Generation base, Time asked = start) {
    return {.question = {base, asked}, .account = account};
}
Unknown unknown(Generation base, Time asked = start) {
    return {.question = {base, asked}};
}
RefuseUnnamed refuse_unnamed(char password, Generation base, Time asked = start) {
    return {.question = {base, asked}, .verifier = verifier(password)};
}

LoginRecord changed(const LoginRecord* current, const LoginChange& change, Time when = start) {
    const auto update = apply(current, change, when, rules);
    EXPECT_TRUE(update);
    return update.value_or(LoginRecord());
}

TEST(LoginChange, MakesARecord) {
    const auto known = changed(nullptr, name("jane", 0));
    EXPECT_EQ(known.account, "jane");
    EXPECT_EQ(known.asked, start);
    EXPECT_EQ(known.generation, generation_at(start));
    EXPECT_TRUE(changed(nullptr, unknown(0)).unknown);
    const auto refused = changed(nullptr, refuse_unnamed('p', 0));
    EXPECT_FALSE(refused.unknown);
    EXPECT_EQ(refused.account, "");
    EXPECT_EQ(decide(refused, verifier('p'), start, rules), Verdict::rejected);
    EXPECT_EQ(decide(refused, verifier('q'), start, rules), Verdict::ask);
    EXPECT_EQ(decide(refused, verifier('p'), start - 2min, rules), Verdict::ask);
}

TEST(LoginChange, ThatARecordIsGoneTellsNothingOfALoginThatNobodyHas) {
    const auto nobody = changed(nullptr, unknown(0));
    EXPECT_TRUE(changed(nullptr, unknown(nobody.generation)).unknown);
    EXPECT_EQ(apply(nullptr, name("jane", nobody.generation), start, rules), std::nullopt);
    EXPECT_EQ(apply(nullptr, refuse_unnamed('p', nobody.generation), start, rules), std::nullopt);
}

TEST(LoginChange, ANewerAnswerReplacesWhatItsQuestionFound) {
    const auto known = changed(nullptr, name("jane", 0, start + 1min));
    const auto other = changed(&known, name("joe", known.generation, start));
    EXPECT_EQ(other.account, "joe");
    EXPECT_EQ(other.asked, start) << "not the age of another answer";
    const auto gone = changed(&other, unknown(other.generation));
    EXPECT_TRUE(gone.unknown);
    EXPECT_EQ(gone.account, "");
    const auto refused = changed(&gone, refuse_unnamed('p', gone.generation));
    EXPECT_FALSE(refused.unknown);
    EXPECT_EQ(refused.refused.size(), 1U);
    const auto accepted = changed(&refused, name("jane", refused.generation));
    EXPECT_EQ(accepted.account, "jane");
    EXPECT_TRUE(accepted.refused.empty());
    EXPECT_GT(accepted.generation, known.generation);
}

TEST(LoginChange, TheSameAnswerDatesItAnewButNeverBack) {
    const auto known = changed(nullptr, name("jane", 0));
    EXPECT_EQ(changed(&known, name("jane", 0, start + 1s)).asked, start + 1s);
    EXPECT_EQ(changed(&known, name("jane", 0, start - 1s)).asked, start);
    const auto none = changed(nullptr, unknown(0));
    EXPECT_EQ(changed(&none, unknown(0, start - 1s)).asked, start);
}

TEST(LoginChange, OfTwoAnswersAtTheSameTimeNeitherStays) {
    const LoginChange answers[] = {name("jane", 0), name("joe", 0), unknown(0)};
    for (const auto& first : answers)
        for (const auto& second : answers) {
            if (&first == &second) continue;
            const auto middle = changed(nullptr, first);
            const auto last = changed(&middle, second);
            EXPECT_EQ(last.account, "");
            EXPECT_FALSE(last.unknown);
            EXPECT_EQ(standing(last, start, rules), Standing::ask);
            EXPECT_EQ(apply(&last, first, start, rules), std::nullopt);
        }
    const auto none = changed(nullptr, unknown(0));
    EXPECT_EQ(standing(changed(&none, refuse_unnamed('p', 0)), start, rules), Standing::ask);
}

TEST(LoginChange, ARefusalThatMayBeOlderThanALoginIsNotRemembered) {
    const auto known = changed(nullptr, name("jane", 0));
    EXPECT_EQ(apply(&known, refuse_unnamed('p', 0), start, rules), std::nullopt);
    EXPECT_EQ(changed(&known, refuse_unnamed('p', known.generation)).account, "jane");
    const auto refused = changed(nullptr, refuse_unnamed('q', 0));
    EXPECT_EQ(changed(&refused, refuse_unnamed('p', 0)).refused.size(), 2U);
}

TEST(LoginChange, AFlushIsNotUndoneByAnAnswerFromBefore) {
    const auto known = changed(nullptr, name("jane", 0));
    const auto flushed = changed(&known, Flush{});
    EXPECT_EQ(flushed,
              (LoginRecord{.generation = flushed.generation, .flushed = flushed.generation}));
    for (const Generation base : {Generation{0}, known.generation}) {
        EXPECT_EQ(apply(&flushed, name("jane", base), start, rules), std::nullopt);
        EXPECT_EQ(apply(&flushed, unknown(base), start, rules), std::nullopt);
        EXPECT_EQ(apply(&flushed, refuse_unnamed('p', base), start, rules), std::nullopt);
    }
    EXPECT_EQ(changed(&flushed, name("jane", flushed.generation)).account, "jane");
    EXPECT_EQ(apply(nullptr, name("jane", known.generation), start, rules), std::nullopt);
}

}  // namespace
}  // namespace postern::cache
