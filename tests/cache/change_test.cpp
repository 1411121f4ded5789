#include "cache/change.hpp"

#include <gtest/gtest.h>

#include "cache/records.hpp"

namespace postern::cache {
namespace {

using namespace std::chrono_literals;

const Rules rules;
const Rules several{.accepted = 4};
const Generation now = generation_at(start);

// What a change makes of the record that was read before the question.
AccountRecord changed(const AccountRecord* current, const Change& change, Time when = start,
                      const Rules& used = rules) {
    const auto update = apply(current, change, when, used);
    EXPECT_TRUE(update);
    return update.value_or(AccountRecord());
}

std::string accepted(const AccountRecord& record) {
    std::string passwords;
    for (const auto& entry : record.accepted)
        passwords += entry.verifier.octets[0];
    return passwords;
}
std::string refused(const AccountRecord& record) {
    std::string passwords;
    for (const auto& entry : record.refused)
        passwords += entry.verifier.octets[0];
    return passwords;
}

TEST(Confirm, MakesARecord) {
    const auto record = changed(nullptr, confirm('p', 0));
    EXPECT_EQ(record.generation, now);
    EXPECT_EQ(record.confirmed, now);
    EXPECT_EQ(record.principal, jane());
    EXPECT_EQ(record.accepted, (std::vector<Accepted>{{verifier('p'), start}}));
    EXPECT_EQ(record.networks, std::vector<std::string>{"192.0.2.1/32"});
}

TEST(Confirm, ReplacesTheVerifierAndForgetsWhatWasRefused) {
    auto before = accepted_record('o');
    before.refused = {{verifier('x'), start, start, now}};
    const auto after = changed(&before, confirm('p', before.generation, start + 1s), start + 1s);
    EXPECT_EQ(accepted(after), "p");
    EXPECT_EQ(refused(after), "");
    EXPECT_GT(after.generation, before.generation);
    EXPECT_EQ(after.confirmed, after.generation);
}

TEST(Confirm, OfTheSameVerifierDatesItAnewAndLeavesWhatWasRefused) {
    auto before = accepted_record('p');
    before.refused = {{verifier('x'), start, start, now}};
    const auto after = changed(&before, confirm('p', before.generation, start + 1h), start + 1h);
    EXPECT_EQ(after.accepted, (std::vector<Accepted>{{verifier('p'), start + 1h}}));
    EXPECT_EQ(refused(after), "x");
    EXPECT_EQ(after.networks, before.networks);
}

TEST(Confirm, BringsTheStampOfTheLatestAnswer) {
    auto change = confirm('p', 0);
    change.stamp = "as it was";
    const auto before = changed(nullptr, change);
    EXPECT_EQ(before.accepted, (std::vector<Accepted>{{verifier('p'), start, "as it was"}}));

    change = confirm('p', before.generation, start + 1s);
    change.stamp = "as it is";
    const auto after = changed(&before, change, start + 1s);
    EXPECT_EQ(after.accepted, (std::vector<Accepted>{{verifier('p'), start + 1s, "as it is"}}));
    change = confirm('p', before.generation, start - 1s);
    change.stamp = "as it was before";
    EXPECT_EQ(changed(&after, change, start + 1s).accepted, after.accepted) << "an older answer";

    change = confirm('p', after.generation, start + 2s);
    change.stamp.assign(longest_stamp + 1, 'x');
    EXPECT_EQ(changed(&after, change, start + 2s).accepted[0].stamp, "") << "too long";
}

TEST(Confirm, OfSeveralSecretsEachHasItsOwnStamp) {
    auto change = confirm('p', 0);
    change.stamp = "as it was";
    const auto before = changed(nullptr, change, start, several);
    change = confirm('q', before.generation, start + 1s);
    change.stamp = "as it is";
    const auto after = changed(&before, change, start + 1s, several);
    EXPECT_EQ(after.accepted, (std::vector<Accepted>{{verifier('q'), start + 1s, "as it is"},
                                                     {verifier('p'), start, "as it was"}}));
}

TEST(Confirm, OfAnAccountThatHasChangedForgetsWhatWasRefused) {
    auto before = accepted_record('p');
    before.refused = {{verifier('x'), start, start, now}};
    auto change = confirm('p', before.generation);
    change.principal.groups = {"other"};
    const auto after = changed(&before, change);
    EXPECT_EQ(refused(after), "");
    EXPECT_EQ(after.principal.groups, std::vector<std::string>{"other"});
}

TEST(Confirm, OfAPasswordRefusedBeforeIsBelieved) {
    auto before = AccountRecord{.generation = now};
    before.refused = {{verifier('p'), start, start, now}, {verifier('x'), start, start, now}};
    const auto after = changed(&before, confirm('p', now, start + 1min), start + 1min);
    EXPECT_EQ(accepted(after), "p");
    EXPECT_EQ(refused(after), "");
}

// Whichever of two gateways writes first, the old verifier does not stay.
TEST(Confirm, OfTwoVerifiersAtTheSameTimeNeitherStays) {
    const auto old = accepted_record('o');
    for (const auto& [first, second] : {std::pair('o', 'p'), std::pair('p', 'o')}) {
        const auto middle = changed(&old, confirm(first, old.generation));
        EXPECT_EQ(accepted(middle), std::string(1, first));
        const auto last = changed(&middle, confirm(second, old.generation));
        EXPECT_EQ(accepted(last), "");
        EXPECT_EQ(last.principal, identity::Principal());
        EXPECT_TRUE(last.networks.empty());
        EXPECT_EQ(accepted(changed(&last, confirm(first, old.generation), start, rules)), "");
        EXPECT_EQ(accepted(changed(&last, confirm('p', last.generation))), "p");
    }
}

TEST(Confirm, OfOneVerifierOnTwoGatewaysStays) {
    const auto old = accepted_record('o');
    const auto middle = changed(&old, confirm('p', old.generation));
    EXPECT_EQ(accepted(changed(&middle, confirm('p', old.generation))), "p");
    auto other = confirm('p', old.generation);
    other.principal.addresses = {"elsewhere@example.org"};
    EXPECT_EQ(accepted(changed(&middle, other)), "") << "nobody can tell who jane is now";
}

TEST(Confirm, OfWhatWasRefusedMeanwhileStaysNeither) {
    const auto old = accepted_record('o');
    const auto middle = changed(&old, refuse('p', old.generation));
    const auto last = changed(&middle, confirm('p', old.generation));
    EXPECT_EQ(accepted(last), "");
    EXPECT_EQ(refused(last), "");
}

TEST(Confirm, OfSeveralSecretsStandsSideBySide) {
    auto record = changed(nullptr, confirm('a', 0), start, several);
    auto asked = start;
    for (const char password : {'b', 'c', 'd', 'e', 'a', 'a'}) {
        asked += 1s;
        record = changed(&record, confirm(password, record.generation, asked), start, several);
    }
    EXPECT_EQ(accepted(record), "aedc") << "the latest question first, four at most";
}

TEST(Confirm, OfTheOnlySecretEndsAllOthersThatWereAllowed) {
    const auto first = changed(nullptr, confirm('a', 0), start, several);
    const auto second = changed(&first, confirm('b', first.generation), start, several);
    ASSERT_EQ(accepted(second), "ba");
    auto only = confirm('c', second.generation);
    only.is_only = true;
    EXPECT_EQ(accepted(changed(&second, only, start, several)), "c");
    only.question.base = first.generation;
    EXPECT_EQ(accepted(changed(&second, only, start, several)), "")
        << "whichever of the two came last, the next login finds out";
}

TEST(Confirm, OfSeveralSecretsAtTheSameTimeIsNoContradiction) {
    const auto flushed = tombstone(nullptr, start);
    const auto base = flushed.generation;
    const auto first = changed(&flushed, confirm('a', base), start, several);
    EXPECT_EQ(accepted(changed(&first, confirm('b', base), start, several)), "ba");
    const auto revoked = changed(&first, Revoke{.question = {first.generation, start}});
    EXPECT_EQ(accepted(changed(&revoked, confirm('b', first.generation), start, several)), "");
    const auto gone = changed(&first, refuse('a', first.generation), start, several);
    EXPECT_EQ(accepted(changed(&gone, confirm('a', first.generation), start, several)), "");
}

TEST(Confirm, KeepsTheLatestNetworks) {
    auto record = accepted_record('p');
    record.networks.clear();
    for (int i = 0; i < 20; ++i) {
        auto change = confirm('p', record.generation);
        change.network = std::to_string(i);
        record = changed(&record, change);
    }
    ASSERT_EQ(record.networks.size(), networks_at_most);
    EXPECT_EQ(record.networks.front(), "19");
    auto again = confirm('p', record.generation);
    again.network = "10";
    record = changed(&record, again);
    ASSERT_EQ(record.networks.size(), networks_at_most);
    EXPECT_EQ(record.networks.front(), "10");
    for (const std::string& none : {std::string(), std::string(longest_network + 1, 'x')}) {
        again.network = none;
        EXPECT_EQ(changed(&record, again).networks, record.networks);
    }
}

TEST(Refuse, IsRememberedBesideWhatIsAccepted) {
    const auto before = accepted_record('p');
    const auto after = changed(&before, refuse('x', before.generation));
    EXPECT_EQ(accepted(after), "p");
    EXPECT_EQ(refused(after), "x");
    EXPECT_EQ(after.confirmed, before.confirmed);
    EXPECT_EQ(refused(changed(nullptr, refuse('x', 0))), "x");
}

TEST(Refuse, EndsAnAcceptedVerifier) {
    const auto before = accepted_record('p');
    const auto after = changed(&before, refuse('p', before.generation));
    EXPECT_EQ(accepted(after), "");
    EXPECT_EQ(refused(after), "p");
    EXPECT_EQ(after.principal, identity::Principal());
    EXPECT_EQ(after.confirmed, after.generation);
}

TEST(Refuse, EndsOneOfSeveralSecretsWithoutRefusingIt) {
    auto before = accepted_record('p');
    before.accepted.push_back({verifier('q'), start});
    const auto after = changed(&before, refuse('p', before.generation), start, several);
    EXPECT_EQ(accepted(after), "q");
    EXPECT_EQ(refused(after), "");
    EXPECT_EQ(after.principal, jane());
}

TEST(Refuse, ThatMayBeOlderThanAConfirmationIsNotRemembered) {
    const auto old = accepted_record('o');
    const auto middle = changed(&old, confirm('p', old.generation));
    EXPECT_EQ(apply(&middle, refuse('x', old.generation), start, rules), std::nullopt);
    const auto last = changed(&middle, refuse('p', old.generation));
    EXPECT_EQ(accepted(last), "");
    EXPECT_EQ(refused(last), "") << "nobody can tell which answer is newer";
}

TEST(Revoke, EndsEveryAcceptedVerifierWhateverStands) {
    auto before = accepted_record('p');
    before.refused = {{verifier('x'), start, start, now}};
    for (const Generation base : {Generation{0}, before.generation}) {
        const auto after = changed(&before, Revoke{.question = {base, start}});
        EXPECT_EQ(accepted(after), "");
        EXPECT_EQ(refused(after), "x");
        EXPECT_EQ(after.principal, identity::Principal());
    }
}

TEST(Revoke, IsFoundByAnOlderConfirmationThatIsOnItsWay) {
    const auto revoked = changed(nullptr, Revoke{.question = {0, start}});
    EXPECT_EQ(accepted(revoked), "");
    EXPECT_EQ(accepted(changed(&revoked, confirm('p', 0), start, rules)), "");
    EXPECT_EQ(accepted(changed(&revoked, confirm('p', revoked.generation))), "p");
}

TEST(Flush, LeavesNothingButThatItWas) {
    auto before = accepted_record('p');
    before.refused = {{verifier('x'), start, start, now}};
    const auto after = changed(&before, Flush{}, start + 1s);
    EXPECT_GT(after.generation, before.generation);
    EXPECT_EQ(after,
              (AccountRecord{.generation = after.generation, .confirmed = after.generation}));
    EXPECT_EQ(accepted(changed(nullptr, Flush{})), "");
}

TEST(Flush, IsNotUndoneByAnAnswerFromBefore) {
    const auto before = accepted_record('p');
    const auto flushed = changed(&before, Flush{}, start + 1s);
    const auto later = start + 2s;
    for (const Generation base : {Generation{0}, before.generation}) {
        EXPECT_EQ(accepted(changed(&flushed, confirm('p', base, later), later, rules)), "");
        EXPECT_EQ(apply(&flushed, refuse('p', base, later), later, rules), std::nullopt);
    }
    const auto again = changed(&flushed, confirm('p', flushed.generation, start), later);
    EXPECT_EQ(accepted(again), "p") << "whatever the clock says of another gateway's flush";
    EXPECT_EQ(accepted(changed(&again, confirm('q', before.generation, later))), "");
}

TEST(Change, AcceptsNothingWhereTheRecordHasGoneMeanwhile) {
    const auto record = changed(nullptr, confirm('p', now));
    EXPECT_EQ(record, (AccountRecord{.generation = now + 1, .confirmed = now + 1}));
    EXPECT_EQ(accepted(changed(&record, confirm('o', 0), start, rules)), "");
    const auto begun_anew = accepted_record('o', start - 1s);
    EXPECT_EQ(accepted(changed(&begun_anew, confirm('p', now))), "");
    EXPECT_EQ(apply(&begun_anew, refuse('x', now), start, rules), std::nullopt);
    EXPECT_EQ(apply(nullptr, refuse('p', now), start, rules), std::nullopt);
}

TEST(CarriedOver, IsTheVerifierThatMatchedInItsNewForm) {
    auto old = accepted_record('p');
    old.accepted.push_back({verifier('q'), start - 1s});
    old.refused = {{verifier('x'), start, start, now}};
    const auto renewed = carried_over(old, verifier('q'), verifier('Q'), start + 1s);
    ASSERT_TRUE(renewed);
    EXPECT_EQ(renewed->accepted, (std::vector<Accepted>{{verifier('Q'), start - 1s}}));
    EXPECT_EQ(refused(*renewed), "");
    EXPECT_EQ(renewed->principal, jane());
    EXPECT_EQ(renewed->networks, old.networks);
    EXPECT_GT(renewed->generation, old.generation);
    EXPECT_EQ(accepted(changed(&*renewed, confirm('n', 0))), "")
        << "an answer on its way is not contradicted by an older one";
    EXPECT_EQ(carried_over(old, verifier('x'), verifier('X'), start), std::nullopt);
}

}  // namespace
}  // namespace postern::cache
