#include "directory/breaker.hpp"

#include <gtest/gtest.h>

#include "support/captured_log.hpp"
#include "support/fake_directory.hpp"
#include "support/run_task.hpp"

namespace postern::directory {
namespace {

using identity::Accepted;
using identity::AuthResult;
using identity::Reason;
using identity::Rejected;
using identity::Scope;
using identity::Unavailable;
using test::FakeDirectory;
using namespace std::chrono_literals;
using Admission = Circuit::Admission;

class CircuitTest : public testing::Test {
 protected:
    void fail(int times) {
        for (int i = 0; i < times; ++i)
            circuit.failed(circuit.admit(now), now);
    }
    void succeed(int times) {
        for (int i = 0; i < times; ++i) {
            circuit.admit(now);
            circuit.succeeded(now);
        }
    }

    BreakerSettings settings{.failures = 5, .percent = 50, .least = 20, .window = 10s, .pause = 1s};
    Circuit circuit{settings};
    net::Clock::time_point now = net::Clock::now();
};

TEST_F(CircuitTest, OpensAtTheLastOfSoManyFailuresInARow) {
    fail(4);
    EXPECT_TRUE(circuit.is_closed());
    succeed(1);
    fail(4);
    EXPECT_TRUE(circuit.is_closed());
    EXPECT_TRUE(circuit.failed(circuit.admit(now), now));
    EXPECT_FALSE(circuit.is_closed());
    EXPECT_EQ(circuit.admit(now), Admission::refused);
}

TEST_F(CircuitTest, OpensWhenHalfOfManyFail) {
    for (int i = 0; i < 9; ++i) {
        succeed(1);
        fail(1);
    }
    EXPECT_TRUE(circuit.is_closed()) << "18 questions are too few to judge";
    succeed(1);
    EXPECT_TRUE(circuit.failed(circuit.admit(now), now));
}

TEST_F(CircuitTest, AWindowThatIsOverCountsNoMore) {
    for (int i = 0; i < 9; ++i) {
        succeed(1);
        fail(1);
    }
    now += 11s;
    succeed(1);
    fail(1);
    EXPECT_TRUE(circuit.is_closed());
}

TEST_F(CircuitTest, AfterThePauseOneProbeAtATimeGoesThrough) {
    fail(5);
    now += 500ms;
    EXPECT_EQ(circuit.admit(now), Admission::refused) << "the pause is 1 s, spread by a quarter";
    now += 1s;
    EXPECT_EQ(circuit.admit(now), Admission::probe);
    EXPECT_EQ(circuit.admit(now), Admission::refused);
    circuit.ended_unknown(Admission::probe);
    EXPECT_EQ(circuit.admit(now), Admission::probe);
    EXPECT_TRUE(circuit.succeeded(now));
    EXPECT_EQ(circuit.admit(now), Admission::question);
}

TEST_F(CircuitTest, AProbeThatFailsMakesThePauseLonger) {
    fail(5);
    now += 1500ms;
    ASSERT_EQ(circuit.admit(now), Admission::probe);
    EXPECT_FALSE(circuit.failed(Admission::probe, now)) << "it was open before";
    now += 1300ms;
    EXPECT_EQ(circuit.admit(now), Admission::refused) << "2 s now, spread by a quarter";
    now += 1300ms;
    EXPECT_EQ(circuit.admit(now), Admission::probe);
}

TEST_F(CircuitTest, QuestionsFromBeforeItOpenedSayNoMoreAgainstTheDirectoryButMaySpeakForIt) {
    const auto early = circuit.admit(now), late = circuit.admit(now);
    fail(5);
    EXPECT_FALSE(circuit.failed(early, now));
    EXPECT_FALSE(circuit.is_closed());
    ASSERT_EQ(late, Admission::question);
    EXPECT_TRUE(circuit.succeeded(now));
}

class BreakerTest : public testing::Test {
 protected:
    // A Breaker around a directory that answers `answer`, which the test may change.
    void build() {
        auto ask = [this](const identity::Credentials&) { return answered(); };
        auto inner = std::make_unique<FakeDirectory>(ask);
        record = inner->record();
        breaker = std::make_unique<Breaker>(
            std::move(inner), BreakerSettings{.failures = 3, .pause = 40ms}, log, "people");
    }
    net::Task<AuthResult> answered() { co_return answer; }

    AuthResult ask() {
        auto question = test::credentials("jane");
        return test::run_task(io, breaker->authenticate(question));
    }

    asio::io_context io{1};
    test::CapturedLog log;
    AuthResult answer = Unavailable{Scope::directory, "connection refused"};
    std::shared_ptr<const FakeDirectory::Record> record;
    std::unique_ptr<Breaker> breaker;
};

TEST_F(BreakerTest, ADirectoryThatIsDownIsLeftAloneUntilAProbeFindsItUp) {
    build();
    for (int i = 0; i < 3; ++i)
        ask();
    EXPECT_EQ(record->asked.size(), 3u);
    const auto refused = ask();
    EXPECT_EQ(record->asked.size(), 3u);
    EXPECT_EQ(std::get<Unavailable>(refused).scope, Scope::directory);
    EXPECT_EQ(std::get<Unavailable>(refused).why, "not asked while it is down: connection refused");
    EXPECT_TRUE(log.contains("directory.breaker-open")) << log.text();

    answer = Accepted{{.name = "jane"}};
    test::run_until(io, [&] { return std::holds_alternative<Accepted>(ask()); });
    EXPECT_TRUE(log.contains("directory.breaker-closed")) << log.text();
    ask();
    EXPECT_EQ(record->asked.size(), 5u);
}

TEST_F(BreakerTest, NoOtherAnswerEverOpensIt) {
    build();
    for (const AuthResult& harmless :
         {AuthResult(Unavailable{Scope::question, "two entries"}),
          AuthResult(Unavailable{Scope::busy, "queue full"}),
          AuthResult(Unavailable{Scope::held, "guard"}),
          AuthResult(Rejected{Reason::bad_credentials, "jane"}), AuthResult(Accepted{})}) {
        answer = harmless;
        for (int i = 0; i < 1000; ++i)
            EXPECT_EQ(ask().index(), harmless.index());
    }
    EXPECT_EQ(record->asked.size(), 5000u);
}

TEST_F(BreakerTest, AnAskerWhoLeavesSaysNothingAboutTheDirectory) {
    auto inner = std::make_unique<FakeDirectory>(FakeDirectory::never());
    Breaker hanging(std::move(inner), {.failures = 1}, log, "people");
    auto question = test::credentials("jane");
    for (int i = 0; i < 3; ++i) {
        test::Running<AuthResult> asker(io, hanging.authenticate(question));
        test::run_ready(io);
        ASSERT_FALSE(asker.done());
        asker.cancel();
        test::run_until(io, [&] { return asker.done(); });
    }
    EXPECT_FALSE(log.contains("breaker")) << log.text();
}

TEST_F(BreakerTest, ExceptionsCountAndPass) {
    auto inner = std::make_unique<FakeDirectory>(FakeDirectory::fail(std::runtime_error("lost")));
    Breaker broken(std::move(inner), {.failures = 1}, log, "people");
    auto question = test::credentials("jane");
    EXPECT_THROW(test::run_task(io, broken.authenticate(question)), std::runtime_error);
    auto refused = test::run_task(io, broken.authenticate(question));
    EXPECT_EQ(std::get<Unavailable>(refused).why, "not asked while it is down: lost");
}

}  // namespace
}  // namespace postern::directory
