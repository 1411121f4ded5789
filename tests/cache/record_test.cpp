#include "cache/record.hpp"

#include <gtest/gtest.h>

#include "cache/records.hpp"

namespace postern::cache {
namespace {

using namespace std::chrono_literals;

const Rules rules{.positive = 1h, .negative = 1min, .stale = 24h};

TEST(Verifier, TheOneThatMatchesIsFoundWhereverItStands) {
    const std::vector<Accepted> entries{
        {verifier('a'), start}, {verifier('b'), start}, {verifier('c'), start}};
    EXPECT_EQ(matching(entries, verifier('a')), &entries[0]);
    EXPECT_EQ(matching(entries, verifier('b')), &entries[1]);
    EXPECT_EQ(matching(entries, verifier('c')), &entries[2]);
    EXPECT_EQ(matching(entries, verifier('d')), nullptr);
    EXPECT_EQ(matching(std::vector<Accepted>(), verifier('d')), nullptr);
}

TEST(Decide, AnAcceptedVerifierByItsAge) {
    struct Case {
        std::chrono::milliseconds age;
        Verdict expected;
    };
    for (const auto& [age, expected] : {
             Case{-61s, Verdict::ask},
             Case{-60s, Verdict::accepted},  // another gateway's clock
             Case{0s, Verdict::accepted},
             Case{1h - 1ms, Verdict::accepted},
             Case{1h, Verdict::stale},
             Case{24h - 1ms, Verdict::stale},
             Case{24h, Verdict::ask},
         })
        EXPECT_EQ(decide(accepted_record(), verifier('p'), start + age, rules), expected)
            << age.count();
}

TEST(Decide, WithoutStaleAnOldAnswerIsNone) {
    Rules never = rules;
    never.stale = 0s;
    EXPECT_EQ(decide(accepted_record(), verifier('p'), start + 1h, never), Verdict::ask);
    EXPECT_EQ(decide(accepted_record(), verifier('p'), start + 59min, never), Verdict::accepted);
}

TEST(Decide, WhatIsNotInTheRecordIsAsked) {
    EXPECT_EQ(decide(accepted_record(), verifier('q'), start, rules), Verdict::ask);
    EXPECT_EQ(decide(AccountRecord{.generation = 1}, verifier('p'), start, rules), Verdict::ask);
}

TEST(Decide, MoreSecretsThanTheSettingsAllowAreAsked) {
    auto record = accepted_record();
    record.accepted.push_back({verifier('q'), start});
    EXPECT_EQ(decide(record, verifier('q'), start, rules), Verdict::ask);
    Rules several = rules;
    several.accepted = 4;
    EXPECT_EQ(decide(record, verifier('q'), start, several), Verdict::accepted);
    EXPECT_EQ(decide(record, verifier('p'), start, several), Verdict::accepted);
}

TEST(Decide, ARecordFromTheFutureIsAMiss) {
    auto record = accepted_record('p', start);
    record.refused = {{verifier('q'), start, start, 1}};
    record.generation = generation_at(start + 60s);
    EXPECT_EQ(decide(record, verifier('p'), start, rules), Verdict::accepted);
    EXPECT_EQ(decide(record, verifier('q'), start, rules), Verdict::rejected);
    ++record.generation;
    EXPECT_EQ(decide(record, verifier('p'), start, rules), Verdict::ask);
    EXPECT_EQ(decide(record, verifier('q'), start, rules), Verdict::ask);
}

TEST(Decide, WhatWasAskedBeforeTheDirectoryWasFlushedIsAMiss) {
    auto record = accepted_record();
    record.refused = {{verifier('q'), start, start, 1}};
    Rules flushed = rules;
    flushed.not_before = start;
    EXPECT_EQ(decide(record, verifier('p'), start, flushed), Verdict::accepted);
    EXPECT_EQ(decide(record, verifier('q'), start, flushed), Verdict::rejected);
    flushed.not_before = start + 1ms;
    EXPECT_EQ(decide(record, verifier('p'), start + 1ms, flushed), Verdict::ask);
    EXPECT_EQ(decide(record, verifier('p'), start + 2h, flushed), Verdict::ask);
    EXPECT_EQ(decide(record, verifier('q'), start + 1ms, flushed), Verdict::ask);
}

TEST(Stale, ServesWhereTheAccountSucceededAndThisGatewaySawIt) {
    const auto record = accepted_record();
    struct Case {
        const char* network;
        bool witnessed, expected;
    };
    for (const auto& [network, witnessed, expected] : {
             Case{"192.0.2.1/32", true, true},
             Case{"2001:db8::/64", true, true},
             Case{"192.0.2.1/32", false, false},
             Case{"192.0.2.10/32", true, false},
             Case{"192.0.2.1", true, false},
             Case{"", true, false},
         })
        EXPECT_EQ(may_serve_stale(record, network, witnessed), expected) << network;
}

TEST(Standing, OfALogin) {
    const LoginRecord known{.generation = 1, .asked = start, .account = "jane"};
    const LoginRecord unknown{.generation = 1, .asked = start, .unknown = true};
    const LoginRecord refused{
        .generation = 1, .asked = start, .refused = {{verifier('p'), start, start, 1}}};
    LoginRecord ahead = known;
    ahead.generation = generation_at(start + 2h);
    struct Case {
        const LoginRecord& record;
        std::chrono::milliseconds age;
        Standing expected;
    };
    for (const auto& [record, age, expected] : {
             Case{known, 0s, Standing::known},
             Case{known, 1h - 1ms, Standing::known},
             Case{known, 1h, Standing::stale},
             Case{known, 24h, Standing::ask},
             Case{known, -61s, Standing::ask},
             Case{unknown, 0s, Standing::unknown},
             Case{unknown, 1min - 1ms, Standing::unknown},
             Case{unknown, 1min, Standing::ask},
             Case{unknown, -61s, Standing::ask},
             Case{refused, 0s, Standing::ask},
             Case{ahead, 0s, Standing::ask},
         })
        EXPECT_EQ(standing(record, start + age, rules), expected) << age.count();
    Rules flushed = rules;
    flushed.not_before = start + 1ms;
    EXPECT_EQ(standing(known, start + 1ms, flushed), Standing::ask);
    EXPECT_EQ(standing(unknown, start + 1ms, flushed), Standing::ask);
}

TEST(Standing, AnUnknownLoginLastsAsLongAsNoHoweverShortAYesLasts) {
    const LoginRecord unknown{.generation = 1, .asked = start, .unknown = true};
    EXPECT_EQ(standing(unknown, start + 30s, {.positive = 0s, .negative = 1min}),
              Standing::unknown);
    EXPECT_EQ(standing(unknown, start, {.positive = 1h, .negative = 0s}), Standing::ask);
}

TEST(GenerationOf, OnlyGrows) {
    const auto now = generation_at(start);
    EXPECT_EQ(next_generation(0, 0, start), now);
    EXPECT_EQ(next_generation(now, 0, start), now + 1);
    EXPECT_EQ(next_generation(now, now + 5, start), now + 6);
    EXPECT_EQ(next_generation(5, 7, start), now);
    EXPECT_GT(leaping_generation(now, start), next_generation(now, now + 500, start));
    EXPECT_FALSE(is_from_the_future(now, start));
}

}  // namespace
}  // namespace postern::cache
