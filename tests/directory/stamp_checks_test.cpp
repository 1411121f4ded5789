// cache.check: what is remembered of an account that has changed is not believed.
#include "directory/stamp_checks.hpp"

#include <gmock/gmock.h>

#include "directory/cached_people.hpp"
#include "directory/layers.hpp"

namespace postern::directory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class StampChecksTest : public CachedTest {
 protected:
    StampChecksTest() {
        settings.local = 10s;
        checks = true;
        stamp = "as it was";
        build();
        EXPECT_EQ(ask("jane", "first"), "accepted Jane by directory");
    }
    void change_password() {
        password = "second";
        stamp = "as it is now";
    }
    double figure(std::string_view name) const {
        Figures figures;
        cached->add_figures(figures);
        const auto found = std::ranges::find(figures, name, &Figure::name);
        return found == figures.end() ? -1 : found->value;
    }
};

TEST_F(StampChecksTest, AnOldPasswordEndsWithTheNextCheck) {
    change_password();
    now += 9s;
    EXPECT_EQ(ask("jane", "first"), "accepted Jane by cache") << "within cache.local";
    now += 2s;
    EXPECT_EQ(ask("jane", "first"), "bad_credentials by directory");
    EXPECT_EQ(ask("jane", "second"), "accepted Jane by directory");
    now += 11s;
    EXPECT_EQ(ask("jane", "second"), "accepted Jane by cache");
    EXPECT_EQ(figure("cache.check.changed"), 1);
    EXPECT_EQ(figure("cache.check.same"), 1);
}

TEST_F(StampChecksTest, AnAccountIsCheckedOncePerTimeWhateverItsSpelling) {
    for (const auto& [spelling, name] : spellings)
        ask(spelling, "first");
    EXPECT_THAT(record->checked, IsEmpty()) << "the answers were recent themselves";
    for (int minute = 0; minute < 5; ++minute) {
        now += 1min;
        for (int i = 0; i < 20; ++i)
            for (const auto& [spelling, name] : spellings)
                EXPECT_EQ(ask(spelling, "first"), "accepted Jane by cache");
    }
    EXPECT_THAT(record->checked, SizeIs(5));
    EXPECT_EQ(questions(), spellings.size());
}

TEST_F(StampChecksTest, AWrongPasswordCostsNoCheck) {
    now += 1min;
    EXPECT_EQ(ask("jane", "wrong"), "bad_credentials by directory");
    EXPECT_EQ(ask("jane", "wrong"), "bad_credentials by cache");
    EXPECT_EQ(ask("nobody", "wrong"), "unknown_user by directory");
    EXPECT_EQ(ask("nobody", "wrong"), "unknown_user by cache");
    EXPECT_THAT(record->checked, IsEmpty());
}

TEST_F(StampChecksTest, AnotherChangeThanOfThePasswordCostsOneQuestion) {
    stamp = "another telephone number";
    now += 1min;
    EXPECT_EQ(ask("jane", "first"), "accepted Jane by directory");
    EXPECT_EQ(ask("jane", "first"), "accepted Jane by cache");
    EXPECT_EQ(questions(), 2U);
}

TEST_F(StampChecksTest, WhoIsDisabledOrDeletedIsOutAtTheNextCheck) {
    refusal = Reason::disabled;
    stamp = "disabled";
    now += 1min;
    EXPECT_EQ(ask("jane", "first"), "disabled by directory");
    refusal.reset();
    EXPECT_EQ(ask("jane", "first"), "accepted Jane by directory");
    spellings.clear();
    stamp = "";
    now += 1min;
    EXPECT_EQ(ask("jane", "first"), "unknown_user by directory");
}

TEST_F(StampChecksTest, WhileNobodyCanTellWhatIsRememberedIsAsGoodAsWithoutAnyCheck) {
    for (const auto scope : {Scope::directory, Scope::busy, Scope::question}) {
        build();
        unavailable.reset();
        ask("jane", "first");
        unavailable = Unavailable{scope, "cannot tell"};
        now += 1min;
        EXPECT_EQ(ask("jane", "first"), "accepted Jane by cache");
        EXPECT_EQ(ask("jane", "first"), "accepted Jane by cache");
        EXPECT_THAT(record->checked, SizeIs(1)) << "nobody waits for it twice within cache.local";
        EXPECT_EQ(figure("cache.check.unanswered"), 1);
        EXPECT_TRUE(log.contains("cache.unchecked")) << log.text();
        EXPECT_TRUE(log.contains("cannot tell")) << log.text();
        EXPECT_EQ(questions(), 1U);
        now += 2h;
        if (scope == Scope::directory)
            EXPECT_EQ(ask("jane", "first"), "accepted Jane by stale");
        else
            EXPECT_EQ(ask("jane", "first"), to_string(scope)) << "older than ttl.positive";
    }
}

TEST_F(StampChecksTest, WhatIsKnownToHaveChangedDoesNotServeWhileTheDirectoryIsDown) {
    change_password();
    now += 1min;
    fails_after_check = true;
    EXPECT_EQ(ask("jane", "first"), "directory");
}

TEST_F(StampChecksTest, WhoHasNoStampIsAskedAboutAndServesWhileTheDirectoryIsDown) {
    stamp = "";
    build();
    EXPECT_EQ(ask("jane", "first"), "accepted Jane by directory");
    EXPECT_EQ(ask("jane", "first"), "accepted Jane by directory");
    EXPECT_THAT(record->checked, IsEmpty());
    unavailable = Unavailable{Scope::directory, "down"};
    EXPECT_EQ(ask("jane", "first"), "accepted Jane by cache");
    for (const auto scope : {Scope::busy, Scope::held, Scope::question}) {
        unavailable = Unavailable{scope, "full"};
        EXPECT_EQ(ask("jane", "first"), "accepted Jane by cache") << identity::to_string(scope);
    }
    unavailable = Unavailable{Scope::directory, "down"};
    now += 2h;
    EXPECT_EQ(ask("jane", "first"), "accepted Jane by stale");
}

TEST_F(StampChecksTest, WithoutThePermissionNothingIsChecked) {
    checks = false;
    build();
    ask("jane", "first");
    change_password();
    now += 1min;
    EXPECT_EQ(ask("jane", "first"), "accepted Jane by cache");
    EXPECT_THAT(record->checked, IsEmpty());
    EXPECT_EQ(figure("cache.check.same"), -1);
}

TEST_F(StampChecksTest, AFlushWhileAStampIsCheckedIsAboutItToo) {
    now += 1min;
    door = std::make_shared<test::Door>();
    const auto question = test::credentials("jane", "first", "home");
    test::Running<AuthResult> first(io, cached->authenticate(question));
    test::run_ready(io);
    ASSERT_THAT(record->checked, ElementsAre("as it was"));
    flush("jane");
    door->open();
    test::run_until(io, [&] { return first.done(); });
    const auto answer = first.value();
    ASSERT_TRUE(std::holds_alternative<Accepted>(answer));
    EXPECT_EQ(std::get<Accepted>(answer).source, identity::Source::directory);
}

// Through all that stands around a backend.
class CheckedLayersTest : public testing::Test {
 protected:
    CheckedLayersTest() { settings.invalidation.checks = true; }
    void build() {
        auto backend = std::make_unique<FakeDirectory>(
            [](const Credentials& asked) { return accepted(asked.login.text()); });
        backend->set_check([this](const std::string&) { return compared(); });
        record = backend->record();
        auto store = test::local_store(cache::StoreSettings(), log, io.get_executor(),
                                       [this] { return now; });
        stack = stand_around(std::move(backend), layers_of_a_backend, settings,
                             {log, "people", std::move(store)});
    }
    static net::Task<AuthResult> accepted(std::string name) {
        co_return Accepted{{.name = name}, identity::Source::directory, name + " as it was"};
    }
    net::Task<StampResult> compared() {
        co_await door->pass();
        co_return Stamp::same;
    }
    std::string ask(const std::string& login) {
        const auto question = test::credentials(login, "secret", "home");
        const auto result = test::run_task(io, stack->authenticate(question));
        const auto* accepted = std::get_if<Accepted>(&result);
        return accepted == nullptr ? to_string(std::get<Unavailable>(result).scope)
                                   : to_string(accepted->source);
    }

    std::shared_ptr<test::Door> door = std::make_shared<test::Door>();
    asio::io_context io{1};
    test::CapturedLog log;
    LayerSettings settings;
    cache::Time now{std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)};
    std::shared_ptr<const FakeDirectory::Record> record;
    std::unique_ptr<Directory> stack;
};

TEST_F(CheckedLayersTest, ADirectoryThatHangsIsWaitedForForAShareOfTheTimeAndThenLeftAlone) {
    settings.timeout = 400ms;
    settings.breaker.failures = 2;
    build();
    for (const char* login : {"jane", "paul", "mary"})
        EXPECT_EQ(ask(login), "directory");
    now += 1min;
    const auto begun = net::Clock::now();
    for (const char* login : {"jane", "paul"})
        EXPECT_EQ(ask(login), "cache");
    EXPECT_LT(net::Clock::now() - begun, 350ms) << "two checks of 90 ms";
    EXPECT_TRUE(log.contains("directory.breaker-open")) << log.text();
    EXPECT_EQ(ask("mary"), "cache");
    EXPECT_THAT(record->checked, ElementsAre("jane as it was", "paul as it was"));
}

TEST_F(CheckedLayersTest, EqualChecksAtTheSameTimeAreOne) {
    build();
    EXPECT_EQ(ask("jane"), "directory");
    now += 1min;
    const auto question = test::credentials("jane", "secret", "home");
    std::vector<std::unique_ptr<test::Running<AuthResult>>> running;
    for (int i = 0; i < 10; ++i)
        running.push_back(
            std::make_unique<test::Running<AuthResult>>(io, stack->authenticate(question)));
    test::run_ready(io);
    door->open();
    for (auto& each : running) {
        test::run_until(io, [&] { return each->done(); });
        EXPECT_EQ(std::get<Accepted>(each->value()).source, identity::Source::cache);
    }
    EXPECT_THAT(record->checked, SizeIs(1));
}

TEST_F(CheckedLayersTest, ACheckHasAPlaceAmongTheQuestions) {
    settings.limits = {.concurrency = 1, .queue = 0};
    build();
    for (const char* login : {"jane", "paul"})
        EXPECT_EQ(ask(login), "directory");
    now += 1min;
    const auto question = test::credentials("jane", "secret", "home");
    test::Running<AuthResult> first(io, stack->authenticate(question));
    test::run_ready(io);
    EXPECT_EQ(ask("paul"), "cache");
    EXPECT_THAT(record->checked, ElementsAre("jane as it was")) << "no place for another one";
    EXPECT_FALSE(log.contains("breaker-open"));
    door->open();
    test::run_until(io, [&] { return first.done(); });
}

}  // namespace
}  // namespace postern::directory
