#include "directory/guarded.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "crypto/random.hpp"
#include "support/fake_directory.hpp"
#include "support/run_task.hpp"

namespace postern::directory {
namespace {

using identity::Accepted;
using identity::AuthResult;
using identity::Credentials;
using identity::Reason;
using identity::Rejected;
using identity::Scope;
using identity::Unavailable;
using test::Door;
using test::FakeDirectory;
using test::Running;
using namespace std::chrono_literals;

// A directory with one account, Jane, that has several spellings and the password "right"; its
// answers may wait behind a door.
class GuardedTest : public testing::Test {
 protected:
    GuardedTest() { door->open(); }

    Guarded& build(const GuardSettings& settings = {}) {
        auto inner = std::make_unique<FakeDirectory>(
            [this](const Credentials& asked) { return answer(asked.password.copy()); });
        record = inner->record();
        guarded = std::make_unique<Guarded>(std::move(inner), settings, attempts);
        return *guarded;
    }
    net::Task<AuthResult> answer(crypto::Secret password) {
        co_await door->pass();
        if (refusal) co_return *refusal;
        if (password.reveal() == "right") co_return Accepted{{.name = "Jane"}};
        co_return Rejected{Reason::bad_credentials, "Jane"};
    }

    std::shared_ptr<cache::Attempts> fresh_attempts() {
        return std::make_shared<cache::Attempts>(
            cache::Keys(crypto::Secret(crypto::random_octets(32)), "people", ""), "guard", nullptr,
            io.get_executor());
    }
    std::string ask(const Credentials& question) {
        return words(test::run_task(io, guarded->authenticate(question)));
    }
    std::string ask(const std::string& password, const std::string& network = "192.0.2.1",
                    const std::string& login = "jane") {
        return ask(test::credentials(login, password, network));
    }
    std::string wrong(const std::string& network = "192.0.2.1", const std::string& login = "jane") {
        return ask(fmt::format("wrong{}", ++tries), network, login);
    }
    static std::string words(const AuthResult& answer) {
        if (std::holds_alternative<Accepted>(answer)) return "accepted";
        if (std::holds_alternative<Rejected>(answer)) return "rejected";
        return identity::to_string(std::get<Unavailable>(answer).scope);
    }

    // Outlives who still waits when the io_context goes.
    std::shared_ptr<Door> door = std::make_shared<Door>();
    asio::io_context io{1};
    std::shared_ptr<cache::Attempts> attempts = fresh_attempts();
    std::shared_ptr<const FakeDirectory::Record> record;
    std::optional<AuthResult> refusal;
    std::unique_ptr<Guarded> guarded;
    int tries = 0;
};

TEST_F(GuardedTest, BeyondSoManyWrongPasswordsTheDirectoryIsNotAsked) {
    build({.failures = 4, .total = 100});
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(wrong(), "rejected") << i;
    EXPECT_EQ(wrong(), "held");
    EXPECT_EQ(ask("right"), "held") << "nobody has checked it, and it is no \"no\"";
    EXPECT_EQ(record->asked.size(), 4u);
    EXPECT_EQ(ask("right", "198.51.100.7"), "accepted") << "from elsewhere";
}

TEST_F(GuardedTest, TheSumOverNetworksHoldsForThoseWhereTheAccountHasNotSucceeded) {
    build({.failures = 4, .total = 6});
    ASSERT_EQ(ask("right", "home"), "accepted");
    for (int i = 0; i < 6; ++i)
        EXPECT_EQ(wrong(fmt::format("bot {}", i)), "rejected") << i;
    EXPECT_EQ(wrong("bot 7"), "held");
    EXPECT_EQ(wrong("home"), "rejected");
    EXPECT_EQ(ask("right", "home"), "accepted");
}

TEST_F(GuardedTest, FailuresWhereTheAccountSucceedsDoNotCountForOthers) {
    build({.failures = 10, .total = 2});
    ASSERT_EQ(ask("right", "home"), "accepted");
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(wrong("home"), "rejected");
    EXPECT_EQ(wrong("elsewhere"), "rejected");
}

TEST_F(GuardedTest, SpellingsOfOneAccountCountTogether) {
    build({.failures = 4, .total = 100});
    for (const char* spelling : {"jane", "jane@example.org", "corp\\jane"})
        EXPECT_EQ(wrong("192.0.2.1", spelling), "rejected");
    // The cache knows whose spelling that is.
    auto question = test::credentials("j.doe", "wrong", "192.0.2.1");
    question.remembered.account = "Jane";
    EXPECT_EQ(ask(question), "rejected");
    auto again = test::credentials("j.doe", "wrong again", "192.0.2.1");
    again.remembered.account = "Jane";
    EXPECT_EQ(ask(again), "held");
}

TEST_F(GuardedTest, ARightPasswordEndsTheCount) {
    build({.failures = 4, .total = 4});
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 3; ++i)
            EXPECT_EQ(wrong(), "rejected");
        EXPECT_EQ(ask("right"), "accepted");
    }
}

TEST_F(GuardedTest, EveryFailureBeginsTheWaitAnew) {
    build({.failures = 2, .total = 2, .quiet = 60ms});
    wrong();
    test::run_task(io, net::sleep_for(40ms));
    EXPECT_EQ(wrong(), "rejected");
    test::run_task(io, net::sleep_for(40ms));
    EXPECT_EQ(wrong(), "held");
    test::run_task(io, net::sleep_for(40ms));
    EXPECT_EQ(wrong(), "rejected");
}

TEST_F(GuardedTest, APasswordThatWasRightBeforeAlwaysPasses) {
    build({.failures = 1, .total = 1});
    wrong();
    auto question = test::credentials("jane", "right");
    question.remembered = {"Jane", true};
    EXPECT_EQ(ask(question), "accepted");
}

TEST_F(GuardedTest, NothingButAWrongPasswordCounts) {
    build({.failures = 1, .total = 1});
    for (const AuthResult& other : {AuthResult(Unavailable{Scope::directory, "not asked", false}),
                                    AuthResult(Unavailable{Scope::question, "odd", false}),
                                    AuthResult(Unavailable{Scope::busy, "not asked", false}),
                                    AuthResult(Rejected{Reason::disabled, "Jane"}),
                                    AuthResult(Rejected{Reason::expired, "Jane"})}) {
        refusal = other;
        for (int i = 0; i < 3; ++i)
            EXPECT_NE(wrong(), "held");
    }
}

// Whatever the password: or five tries would tell that there is such an account.
TEST_F(GuardedTest, AClosedAccountCountsAsAFailure) {
    for (const auto reason : {Reason::locked, Reason::not_permitted}) {
        attempts = fresh_attempts();
        build({.failures = 1, .total = 1});
        refusal = Rejected{reason, "Jane"};
        EXPECT_NE(wrong(), "held");
        EXPECT_EQ(wrong(), "held") << identity::to_string(reason);
    }
}

TEST_F(GuardedTest, WhatTheDirectoryMayHaveCountedIsAFailure) {
    for (const auto scope : {Scope::directory, Scope::question, Scope::busy}) {
        attempts = fresh_attempts();
        build({.failures = 2, .total = 2});
        refusal = Unavailable{scope, "no answer in time"};
        EXPECT_EQ(ask("right"), identity::to_string(scope));
        EXPECT_EQ(ask("right"), identity::to_string(scope));
        EXPECT_EQ(ask("right"), "held") << identity::to_string(scope);
        refusal.reset();
        EXPECT_EQ(ask("right", "elsewhere", "paul"), "accepted");
    }
}

TEST_F(GuardedTest, ALoginThatNobodyHasIsHeldLikeAnyOther) {
    build({.failures = 3, .total = 3});
    const auto nobody = [&](const std::string& password, bool is_known_to_be) {
        auto question = test::credentials("nobody", password, "192.0.2.1");
        question.remembered.unknown = is_known_to_be;
        return ask(question);
    };
    refusal = Rejected{Reason::unknown_user, ""};
    EXPECT_EQ(nobody("one", false), "rejected");
    EXPECT_EQ(nobody("one", true), "rejected") << "a wrong password that is remembered";
    EXPECT_EQ(nobody("two", true), "rejected");
    EXPECT_EQ(nobody("three", true), "rejected");
    EXPECT_EQ(nobody("four", true), "held");
    EXPECT_EQ(nobody("one", true), "rejected");
    EXPECT_EQ(nobody("one", false), "held");
    EXPECT_EQ(record->asked.size(), 1u);
}

// Without a cache each of them is asked about, as one of somebody's would be.
TEST_F(GuardedTest, APasswordOfNobodyCountsWheneverItIsAskedAbout) {
    build({.failures = 3, .total = 3});
    refusal = Rejected{Reason::unknown_user, ""};
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(wrong("192.0.2.1", "nobody"), "rejected");
    EXPECT_EQ(wrong("192.0.2.1", "nobody"), "held");
}

TEST_F(GuardedTest, ASpellingIsItsAccountsOnceTheDirectoryHasSaidSo) {
    build({.failures = 3, .total = 100});
    EXPECT_EQ(wrong("192.0.2.1", "j.doe"), "rejected");
    EXPECT_EQ(wrong("192.0.2.1", "jane@example.org"), "rejected");
    EXPECT_EQ(wrong("192.0.2.1", "corp\\jane"), "rejected");
    for (const char* spelling : {"j.doe", "jane@example.org", "corp\\jane"})
        EXPECT_EQ(wrong("192.0.2.1", spelling), "held") << spelling;
    EXPECT_EQ(record->asked.size(), 3u);
}

TEST_F(GuardedTest, QuestionsUnderWayCountAsIfTheyFailed) {
    build({.failures = 4, .total = 4});
    *door = Door();
    std::vector<std::unique_ptr<Credentials>> questions;
    std::vector<std::unique_ptr<Running<AuthResult>>> running;
    for (int i = 0; i < 50; ++i) {
        questions.push_back(
            std::make_unique<Credentials>(test::credentials("jane", fmt::format("wrong{}", i))));
        running.push_back(
            std::make_unique<Running<AuthResult>>(io, guarded->authenticate(*questions.back())));
    }
    test::run_ready(io);
    EXPECT_EQ(record->inside, 4u);
    door->open();
    test::run_until(io, [&] {
        return std::ranges::all_of(running, [](const auto& each) { return each->done(); });
    });
    EXPECT_EQ(record->asked.size(), 4u);
    std::map<std::string, int> answers;
    for (auto& each : running)
        ++answers[words(each->value())];
    EXPECT_EQ(answers, (std::map<std::string, int>{{"rejected", 4}, {"held", 46}}));
}

TEST_F(GuardedTest, ManyConnectionsWithOneRightPasswordWaitForNobody) {
    build({.failures = 1, .total = 1});
    *door = Door();
    const auto question = test::credentials("jane", "right");
    std::vector<std::unique_ptr<Running<AuthResult>>> running;
    for (int i = 0; i < 50; ++i)
        running.push_back(
            std::make_unique<Running<AuthResult>>(io, guarded->authenticate(question)));
    test::run_ready(io);
    EXPECT_EQ(record->inside, 50u) << "further on they are one question";
    door->open();
    test::run_until(io, [&] { return record->inside == 0; });
    for (auto& each : running)
        EXPECT_EQ(words(each->value()), "accepted");
}

TEST_F(GuardedTest, OneWrongPasswordOnManyConnectionsIsOneFailure) {
    build({.failures = 2, .total = 2});
    *door = Door();
    const auto question = test::credentials("jane", "wrong");
    std::vector<std::unique_ptr<Running<AuthResult>>> running;
    for (int i = 0; i < 10; ++i)
        running.push_back(
            std::make_unique<Running<AuthResult>>(io, guarded->authenticate(question)));
    test::run_ready(io);
    door->open();
    test::run_until(io, [&] {
        return std::ranges::all_of(running, [](const auto& each) { return each->done(); });
    });
    EXPECT_EQ(wrong(), "rejected");
    EXPECT_EQ(wrong(), "held");
}

TEST_F(GuardedTest, NotEverybodyMayWait) {
    build({.failures = 1, .total = 1});
    *door = Door();
    std::vector<std::unique_ptr<Credentials>> questions;
    std::vector<std::unique_ptr<Running<AuthResult>>> running;
    for (int i = 0; i < 200; ++i) {
        questions.push_back(
            std::make_unique<Credentials>(test::credentials("jane", fmt::format("wrong{}", i))));
        running.push_back(
            std::make_unique<Running<AuthResult>>(io, guarded->authenticate(*questions.back())));
    }
    test::run_ready(io);
    const auto ended =
        std::ranges::count_if(running, [](const auto& each) { return each->done(); });
    EXPECT_EQ(ended, 200 - 65) << "one is inside, 64 wait";
    EXPECT_EQ(words(running.back()->value()), "busy");
    door->open();
    test::run_until(io, [&] {
        return std::ranges::all_of(running, [](const auto& each) { return each->done(); });
    });
}

TEST_F(GuardedTest, WhoeverLeavesWithoutAnAnswerMayHaveFailed) {
    build({.failures = 1, .total = 1});
    *door = Door();
    const auto first = test::credentials("jane", "wrong"),
               second = test::credentials("jane", "right");
    Running<AuthResult> leaving(io, guarded->authenticate(first));
    Running<AuthResult> waiting(io, guarded->authenticate(second));
    test::run_ready(io);
    EXPECT_EQ(record->inside, 1u);
    leaving.cancel();
    door->open();
    test::run_until(io, [&] { return waiting.done(); });
    EXPECT_EQ(words(waiting.value()), "held");
}

TEST_F(GuardedTest, WhoeverLeavesWhileItWaitsMakesRoom) {
    build({.failures = 1, .total = 1});
    *door = Door();
    const auto first = test::credentials("jane", "right"),
               second = test::credentials("jane", "wrong");
    Running<AuthResult> asking(io, guarded->authenticate(first));
    Running<AuthResult> leaving(io, guarded->authenticate(second));
    test::run_ready(io);
    leaving.cancel();
    door->open();
    test::run_until(io, [&] { return asking.done() && leaving.done(); });
    EXPECT_EQ(words(asking.value()), "accepted");
    EXPECT_EQ(record->asked.size(), 1u);
    EXPECT_EQ(wrong(), "rejected");
}

TEST_F(GuardedTest, NobodyWaitsForeverForOthersToEnd) {
    build({.failures = 1, .total = 1});
    *door = Door();
    const auto first = test::credentials("jane", "right"),
               second = test::credentials("jane", "wrong");
    Running<AuthResult> asking(io, guarded->authenticate(first));
    Running<AuthResult> waiting(io, guarded->authenticate(second));
    test::run_until(io, [&] { return waiting.done(); });
    EXPECT_EQ(words(waiting.value()), "busy");
    door->open();
    test::run_until(io, [&] { return asking.done(); });
    EXPECT_EQ(words(asking.value()), "accepted");
}

}  // namespace
}  // namespace postern::directory
