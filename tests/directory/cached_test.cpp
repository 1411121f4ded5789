#include "directory/cached.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "directory/cached_people.hpp"

namespace postern::directory {
namespace {

TEST_F(CachedTest, ARightPasswordIsRememberedForItsTime) {
    EXPECT_EQ(ask("jane", "first"), "accepted Jane by directory");
    now += 59min;
    EXPECT_EQ(ask("jane", "first"), "accepted Jane by cache");
    EXPECT_EQ(questions(), 1u);
    now += 2min;
    EXPECT_EQ(ask("jane", "first"), "accepted Jane by directory");
}

TEST_F(CachedTest, ANewPasswordWorksAtOnceAndEndsTheOldOne) {
    ask("jane", "first");
    password = "second";
    EXPECT_EQ(ask("jane", "first"), "accepted Jane by cache") << "nobody has used the new one yet";
    EXPECT_EQ(ask("jane", "second"), "accepted Jane by directory");
    EXPECT_EQ(ask("jane", "first"), "bad_credentials by directory");
    EXPECT_EQ(ask("jane", "second"), "accepted Jane by cache");
}

TEST_F(CachedTest, AnOldPasswordEndsAtAFlush) {
    ask("jane", "first");
    password = "second";
    flush("jane");
    EXPECT_EQ(ask("jane", "first"), "bad_credentials by directory");
    EXPECT_EQ(ask("jane", "first"), "bad_credentials by cache");
    EXPECT_EQ(ask("jane", "second"), "accepted Jane by directory");
    EXPECT_EQ(ask("jane", "second"), "accepted Jane by cache") << "it is remembered as ever";
}

TEST_F(CachedTest, AnOldPasswordEndsWithItsTime) {
    ask("jane", "first");
    password = "second";
    now += 1h + 1ms;
    EXPECT_EQ(ask("jane", "first"), "bad_credentials by directory");
}

TEST_F(CachedTest, AnAccountHasManySpellingsAndOnePassword) {
    for (const auto& [spelling, name] : spellings)
        EXPECT_EQ(ask(spelling, "first"), "accepted Jane by directory");
    password = "second";
    EXPECT_EQ(ask("jane", "second"), "accepted Jane by directory");
    for (const auto& [spelling, name] : spellings) {
        EXPECT_EQ(ask(spelling, "first"), spelling == spellings.begin()->first
                                              ? "bad_credentials by directory"
                                              : "bad_credentials by cache");
        EXPECT_EQ(ask(spelling, "second"), "accepted Jane by cache");
    }
}

TEST_F(CachedTest, AFlushOfOneSpellingEndsAll) {
    for (const auto& [spelling, name] : spellings)
        ask(spelling, "first");
    password = "second";
    flush("jane@example.org");
    for (const auto& [spelling, name] : spellings)
        EXPECT_EQ(ask(spelling, "first").substr(0, 15), "bad_credentials");
}

TEST_F(CachedTest, AWrongPasswordThatIsRepeatedIsAskedAboutOnce) {
    for (const bool names : {true, false}) {
        names_who_it_refuses = names;
        build();
        for (int i = 0; i < 1000; ++i) {
            EXPECT_EQ(ask("jane", "wrong").substr(0, 15), "bad_credentials");
            now += 59ms;
        }
        EXPECT_EQ(questions(), 1u);
        for (int i = 0; i < 3540; ++i) {
            ask("jane", "wrong");
            now += 1s;
        }
        EXPECT_LE(questions(), 5u) << "in an hour";
        EXPECT_GE(questions(), 4u) << "after 1, 5 and 15 minutes";
    }
}

TEST_F(CachedTest, ANewPasswordThatTheDirectoryGetsLaterWorksAMinuteAfterItsRefusal) {
    ask("jane", "first");
    EXPECT_EQ(ask("jane", "second"), "bad_credentials by directory");
    password = "second";
    now += 30s;
    EXPECT_EQ(ask("jane", "second"), "bad_credentials by cache");
    now += 31s;
    EXPECT_EQ(ask("jane", "second"), "accepted Jane by directory");
}

TEST_F(CachedTest, AUserWhoIsCreatedLaterWorksAfterItsTimeOrAFlush) {
    EXPECT_EQ(ask("paul", "first"), "unknown_user by directory");
    spellings["paul"] = "Paul";
    EXPECT_EQ(ask("paul", "first"), "unknown_user by cache");
    now += 1min + 1ms;
    EXPECT_EQ(ask("paul", "first"), "accepted Paul by directory");

    EXPECT_EQ(ask("mary", "first"), "unknown_user by directory");
    spellings["mary"] = "Mary";
    flush("mary");
    EXPECT_EQ(ask("mary", "first"), "accepted Mary by directory");
}

TEST_F(CachedTest, WhileTheDirectoryIsDownWhoWasRightGoesOnAndNobodyElse) {
    ask("jane", "first");
    ask("jane", "wrong");
    ask("paul", "first");
    unavailable = Unavailable{Scope::directory, "down"};
    EXPECT_EQ(ask("jane", "first"), "accepted Jane by cache");
    EXPECT_EQ(ask("jane", "wrong"), "bad_credentials by cache");
    EXPECT_EQ(ask("jane", "other"), "directory");
    EXPECT_EQ(ask("paul", "first"), "directory") << "nobody knows whether paul has come to be";
    now += 2h;
    EXPECT_EQ(ask("jane", "first"), "accepted Jane by stale");
    EXPECT_TRUE(log.contains("cache.stale")) << log.text();
    EXPECT_EQ(ask("jane", "first", "elsewhere"), "directory");
    EXPECT_EQ(ask("jane@example.org", "first"), "directory") << "a spelling nobody has seen";
    now += 23h;
    EXPECT_EQ(ask("jane", "first"), "directory");
    unavailable.reset();
    EXPECT_EQ(ask("jane", "first"), "accepted Jane by directory");
}

TEST_F(CachedTest, ALookupTellsAsWellWhetherTheDirectoryIsDown) {
    ask("paul", "first");
    EXPECT_EQ(ask("paul", "first"), "unknown_user by cache");
    unavailable = Unavailable{Scope::directory, "down"};
    look_up("jane");
    EXPECT_EQ(ask("paul", "first"), "directory");
    unavailable.reset();
    look_up("jane");
    EXPECT_EQ(ask("paul", "first"), "unknown_user by cache");
}

TEST_F(CachedTest, WithoutStaleNothingOutlivesItsTime) {
    settings.rules.stale = 0ms;
    build();
    ask("jane", "first");
    now += 2h;
    unavailable = Unavailable{Scope::directory, "down"};
    EXPECT_EQ(ask("jane", "first"), "directory");
}

TEST_F(CachedTest, OurOwnLimitsAndOddEntriesServeNothingStale) {
    ask("jane", "first");
    now += 2h;
    for (const auto scope : {Scope::busy, Scope::question, Scope::held}) {
        unavailable = Unavailable{scope, ""};
        EXPECT_EQ(ask("jane", "first"), to_string(scope));
    }
}

TEST_F(CachedTest, WhatWasRefusedLastIsNotServedStale) {
    ask("jane", "first");
    now += 2h;
    password = "second";
    EXPECT_EQ(ask("jane", "first"), "bad_credentials by directory");
    now += 2h;
    unavailable = Unavailable{Scope::directory, "down"};
    EXPECT_EQ(ask("jane", "first"), "directory");
}

TEST_F(CachedTest, WhoIsGoneIsNotServedStaleByAnotherSpelling) {
    ask("jane", "first");
    ask("jane@example.org", "first");
    now += 2h;
    spellings.clear();
    EXPECT_EQ(ask("jane", "first"), "unknown_user by directory");
    unavailable = Unavailable{Scope::directory, "down"};
    EXPECT_EQ(ask("jane@example.org", "first"), "directory");
}

TEST_F(CachedTest, ADisabledAccountIsNeverRemembered) {
    for (const auto reason :
         {Reason::disabled, Reason::expired, Reason::locked, Reason::not_permitted}) {
        refusal.reset();
        build();
        ask("jane", "first");
        now += 2h;
        refusal = reason;
        EXPECT_EQ(ask("jane", "first"), fmt::format("{} by directory", to_string(reason)));
        EXPECT_EQ(ask("jane", "first"), fmt::format("{} by directory", to_string(reason)));
        unavailable = Unavailable{Scope::directory, "down"};
        EXPECT_EQ(ask("jane", "first"), "directory") << "it is no stale login either";
        unavailable.reset();
    }
}

TEST_F(CachedTest, AFloodOfInventedLoginsPutsNobodyOut) {
    settings.entries = 2000;
    build();
    for (int i = 0; i < 1000; ++i) {
        spellings[fmt::format("user{}", i)] = fmt::format("user{}", i);
        ask(fmt::format("user{}", i), "first");
    }
    for (int i = 0; i < 50'000; ++i)
        ask(fmt::format("invented{}", i), "guess");
    for (int i = 0; i < 1000; ++i)
        EXPECT_EQ(ask(fmt::format("user{}", i), "first"),
                  fmt::format("accepted user{} by cache", i));
}

TEST_F(CachedTest, AFlushWhileTheDirectoryIsAskedIsAboutItsAnswerToo) {
    auto door = std::make_shared<test::Door>();
    auto inner = std::make_unique<FakeDirectory>(FakeDirectory::accept_behind(door));
    record = inner->record();
    Cached waiting(std::move(inner), store_here(), log, "people");
    const auto question = test::credentials("jane", "first");
    test::Running<AuthResult> first(io, waiting.authenticate(question));
    test::run_ready(io);
    test::run_task(io, waiting.forget(test::login("jane")));
    door->open();
    test::run_until(io, [&] { return first.done(); });
    EXPECT_TRUE(std::holds_alternative<Accepted>(first.value()));
    test::run_task(io, waiting.authenticate(question));
    EXPECT_EQ(questions(), 3u)
        << "whose it is, and again: the first answer was older than the flush";
}

}  // namespace
}  // namespace postern::directory
