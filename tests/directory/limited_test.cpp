#include "directory/limited.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/fake_directory.hpp"
#include "support/run_task.hpp"

namespace postern::directory {
namespace {

using identity::Accepted;
using identity::AuthResult;
using identity::Credentials;
using identity::LookupResult;
using identity::Scope;
using identity::Unavailable;
using test::Door;
using test::FakeDirectory;
using test::Running;
using namespace std::chrono_literals;

// A Limited around a directory whose answers wait behind a door, and the questions on their way.
class LimitedTest : public testing::Test {
 protected:
    void build(const LimitedSettings& settings) {
        auto inner = std::make_unique<FakeDirectory>(FakeDirectory::accept_behind(door));
        record = inner->record();
        limited = std::make_unique<Limited>(std::move(inner), settings);
    }

    // Every stranger comes from a network of its own.
    Running<AuthResult>& ask(const std::string& login) {
        questions.push_back(std::make_unique<Credentials>(
            test::credentials(login, "secret", "network of " + login)));
        running.push_back(
            std::make_unique<Running<AuthResult>>(io, limited->authenticate(*questions.back())));
        test::run_ready(io);
        return *running.back();
    }

    void make_known(const std::string& login) {
        door->let_pass();
        auto& question = ask(login);
        test::run_until(io, [&] { return question.done(); });
        ASSERT_TRUE(std::holds_alternative<Accepted>(question.value()));
        record_before = record->asked.size();
    }

    // Lets one answer out and runs until its question has ended and the next one is inside.
    void let_one_out() {
        door->let_pass();
        test::run_ready(io);
    }

    void finish_all() {
        door->open();
        test::run_until(io, [&] {
            return std::ranges::all_of(running, [](const auto& each) { return each->done(); });
        });
    }

    std::vector<std::string> asked() const {
        return {record->asked.begin() + static_cast<std::ptrdiff_t>(record_before),
                record->asked.end()};
    }

    asio::io_context io{1};
    std::shared_ptr<Door> door = std::make_shared<Door>();
    std::shared_ptr<const FakeDirectory::Record> record;
    std::size_t record_before = 0;
    std::vector<std::unique_ptr<Credentials>> questions;
    std::unique_ptr<Limited> limited;
    std::vector<std::unique_ptr<Running<AuthResult>>> running;
};

std::string outcome(Running<AuthResult>& question) {
    if (!question.done()) return "open";
    try {
        auto answer = question.value();
        if (std::holds_alternative<Accepted>(answer)) return "accepted";
        auto* unavailable = std::get_if<Unavailable>(&answer);
        return unavailable ? identity::to_string(unavailable->scope) : "rejected";
    } catch (const boost::system::system_error& error) {
        return error.code() == asio::error::operation_aborted ? "cancelled" : "failed";
    }
}

TEST_F(LimitedTest, NoMoreThanConcurrencyAreInside) {
    build({.concurrency = 4, .queue = 100, .wait = 20s});
    make_known("jane");
    for (int i = 0; i < 50; ++i)
        ask("jane");
    EXPECT_EQ(record->inside, 4u);
    for (int i = 0; i < 10; ++i) {
        let_one_out();
        EXPECT_EQ(record->inside, 4u);
    }
    finish_all();
    EXPECT_EQ(record->most_inside, 4u);
    EXPECT_EQ(record->inside, 0u);
    EXPECT_EQ(asked().size(), 50u);
}

TEST_F(LimitedTest, WaitersEnterInTheirOrder) {
    build({.concurrency = 2, .queue = 100, .wait = 20s});
    for (const char* login : {"a", "b", "c", "d", "e"})
        ask(login);
    finish_all();
    EXPECT_EQ(asked(), (std::vector<std::string>{"a", "b", "c", "d", "e"}));
}

TEST_F(LimitedTest, KnownLoginsEnterBeforeStrangersThatCameFirst) {
    build({.concurrency = 1, .queue = 100, .wait = 20s});
    make_known("jane");
    ask("inside");
    ask("stranger");
    ask("jane");
    finish_all();
    EXPECT_EQ(asked(), (std::vector<std::string>{"inside", "jane", "stranger"}));
}

TEST_F(LimitedTest, StrangersGetHalfOfThePlacesAndHalfOfTheQueue) {
    build({.concurrency = 4, .queue = 6, .wait = 20s});
    make_known("jane");
    std::vector<Running<AuthResult>*> strangers;
    for (int i = 0; i < 10; ++i)
        strangers.push_back(&ask(fmt::format("stranger{}", i)));
    EXPECT_EQ(record->inside, 2u);
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(outcome(*strangers[static_cast<std::size_t>(i)]), i < 5 ? "open" : "busy") << i;

    // Known ones find the other half of the places free, and then the other half of the queue.
    std::vector<Running<AuthResult>*> known;
    for (int i = 0; i < 6; ++i)
        known.push_back(&ask("jane"));
    EXPECT_EQ(record->inside, 4u);
    for (int i = 0; i < 6; ++i)
        EXPECT_EQ(outcome(*known[static_cast<std::size_t>(i)]), i < 5 ? "open" : "busy") << i;
}

TEST_F(LimitedTest, TheSharesOfSmallNumbers) {
    struct Case {
        std::size_t concurrency, queue, inside, waiting;
    };
    for (const auto& [concurrency, queue, inside, waiting] : {
             Case{1, 0, 1, 0},
             Case{1, 1, 1, 1},
             Case{2, 2, 1, 1},
             Case{3, 3, 1, 1},
             Case{5, 0, 2, 0},
         }) {
        build({.concurrency = concurrency, .queue = queue, .wait = 20s});
        std::size_t open = 0;
        for (int i = 0; i < 12; ++i)
            open += outcome(ask(fmt::format("s{}", i))) == "open";
        EXPECT_EQ(record->inside, inside) << concurrency << "/" << queue;
        EXPECT_EQ(open, inside + waiting) << concurrency << "/" << queue;
        for (auto& each : running)
            each->cancel();
        test::run_ready(io);
        EXPECT_EQ(record->inside, 0u);
        running.clear();
    }
}

TEST_F(LimitedTest, WhoWaitsTooLongIsTurnedAwayAsBusy) {
    build({.concurrency = 1, .queue = 10, .wait = 10ms});
    auto& inside = ask("inside");
    auto& waiting = ask("waiting");
    test::run_until(io, [&] { return waiting.done(); });
    EXPECT_EQ(outcome(waiting), "busy");
    EXPECT_EQ(outcome(inside), "open");
    finish_all();
    EXPECT_EQ(asked(), (std::vector<std::string>{"inside"}));
}

TEST_F(LimitedTest, ANetworkThatSucceededMakesItsOtherLoginsKnown) {
    build({.concurrency = 2, .queue = 0, .wait = 20s});
    make_known("jane");
    ask("stranger");
    questions.push_back(
        std::make_unique<Credentials>(test::credentials("joe", "x", "network of jane")));
    Running<AuthResult> joe(io, limited->authenticate(*questions.back()));
    test::run_ready(io);
    EXPECT_EQ(record->inside, 2u);
    finish_all();
    test::run_until(io, [&] { return joe.done(); });
    EXPECT_EQ(outcome(joe), "accepted");
}

// Whenever a question is cancelled (inside, waiting, or just admitted and not yet running), its
// place is given back: afterwards all places can be taken again.
TEST_F(LimitedTest, ACancelledQuestionLosesNoPlace) {
    for (std::size_t victim = 0; victim < 6; ++victim) {
        for (bool admitted_first : {false, true}) {
            build({.concurrency = 2, .queue = 10, .wait = 20s});
            make_known("jane");
            running.clear();
            for (int i = 0; i < 6; ++i)
                ask("jane");
            if (admitted_first) {
                // The first two end; whoever is admitted by that has not run yet when it is
                // cancelled.
                running[0]->cancel();
                running[1]->cancel();
                io.restart();
                while (record->inside > 0)
                    io.poll_one();
            }
            running[victim]->cancel();
            test::run_ready(io);
            EXPECT_EQ(outcome(*running[victim]), "cancelled") << victim;
            EXPECT_EQ(record->inside, 2u) << victim << admitted_first;
            finish_all();
            EXPECT_EQ(record->inside, 0u);

            door = std::make_shared<Door>();
            running.clear();
        }
    }
}

TEST_F(LimitedTest, AFailureInsideGivesThePlaceBack) {
    auto inner = std::make_unique<FakeDirectory>(FakeDirectory::fail(std::runtime_error("odd")));
    record = inner->record();
    limited = std::make_unique<Limited>(std::move(inner),
                                        LimitedSettings{.concurrency = 1, .queue = 0, .wait = 20s});
    for (int i = 0; i < 3; ++i) {
        auto& question = ask("jane");
        test::run_until(io, [&] { return question.done(); });
        EXPECT_THROW(question.value(), std::runtime_error);
    }
    EXPECT_EQ(record->asked.size(), 3u);
}

TEST_F(LimitedTest, LookupsShareThePlaces) {
    auto inner = std::make_unique<FakeDirectory>(
        FakeDirectory::accept_behind(door), FakeDirectory::look_up_as(identity::Principal{"Jane"}));
    record = inner->record();
    limited = std::make_unique<Limited>(std::move(inner),
                                        LimitedSettings{.concurrency = 1, .queue = 0, .wait = 20s});
    auto& question = ask("jane");
    auto login = test::login("joe");
    auto refused = test::run_task(io, limited->lookup(login));
    EXPECT_EQ(std::get<Unavailable>(refused).scope, Scope::busy);
    door->open();
    test::run_until(io, [&] { return question.done(); });
    auto found = test::run_task(io, limited->lookup(login));
    EXPECT_EQ(std::get<identity::Principal>(found).name, "Jane");
}

// Ten strangers a turn against one place a turn, for a long time: the known login always gets its
// answer, and strangers still get some.
TEST_F(LimitedTest, KnownLoginsAreServedWhileStrangersFlood) {
    build({.concurrency = 4, .queue = 16, .wait = 20s});
    make_known("jane");
    std::size_t strangers_served = 0, janes_served = 0;
    for (int turn = 0; turn < 200; ++turn) {
        std::vector<Running<AuthResult>*> strangers;
        for (int i = 0; i < 10; ++i)
            ask(fmt::format("stranger{}-{}", turn, i));
        auto& jane = ask("jane");
        for (int i = 0; i < 4; ++i)
            let_one_out();
        janes_served += outcome(jane) == "accepted";
        EXPECT_LE(record->inside, 4u);
    }
    EXPECT_EQ(janes_served, 200u);
    for (const auto& login : asked())
        strangers_served += login.starts_with("stranger");
    EXPECT_GT(strangers_served, 200u);
    finish_all();
}

TEST_F(LimitedTest, FramesMayGoWithTheirContext) {
    build({.concurrency = 2, .queue = 10, .wait = 20s});
    auto local = std::make_unique<asio::io_context>(1);
    std::vector<std::unique_ptr<Credentials>> asked;
    for (int i = 0; i < 5; ++i) {
        asked.push_back(std::make_unique<Credentials>(test::credentials(fmt::format("s{}", i))));
        Running<AuthResult> question(*local, limited->authenticate(*asked.back()));
    }
    test::run_ready(*local);
    EXPECT_EQ(record->inside, 1u);
    local.reset();
    EXPECT_EQ(record->inside, 0u);
}

}  // namespace
}  // namespace postern::directory
