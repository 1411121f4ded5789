#include "net/ask.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <thread>

#include "net/harness.hpp"
#include "net/loop.hpp"

namespace postern::net {
namespace {

using Request = std::function<Task<std::string>()>;

Task<std::string> wait_for_ever() {
    co_await sleep_until(Deadline::max());
    co_return "never";
}

TEST(Ask, RunsTheRequestThereAndReturnsHere) {
    Loop there;
    run([&]() -> Task<> {
        const auto here = std::this_thread::get_id();
        std::thread::id asked;
        const Request request = [&asked]() -> Task<std::string> {
            asked = std::this_thread::get_id();
            co_await sleep_for(1ms);
            co_return "answer";
        };
        EXPECT_EQ(co_await ask(there.io, Clock::now() + patience, request), "answer");
        EXPECT_EQ(asked, there.id());
        EXPECT_EQ(std::this_thread::get_id(), here);
    }());
}

TEST(Ask, KeepsTheCapturesOfTheRequestUntilItEnds) {
    Loop there;
    const auto owned = std::make_shared<std::string>(pattern(100));
    std::weak_ptr<std::string> watch = owned;
    run([&]() -> Task<> {
        Request request = [copy = std::make_shared<std::string>(*owned)]() -> Task<std::string> {
            co_await sleep_for(1ms);
            co_return *copy;
        };
        EXPECT_EQ(co_await ask(there.io, Deadline::max(), std::move(request)), *owned);
    }());
}

TEST(Ask, ARequestsExceptionCrosses) {
    Loop there;
    const Request request = []() -> Task<std::string> {
        co_await sleep_for(1ms);
        throw std::runtime_error("confused");
    };
    EXPECT_THROW(run(ask(there.io, Clock::now() + patience, request)), std::runtime_error);
    const Request at_once = []() -> Task<std::string> { throw std::runtime_error("at once"); };
    EXPECT_THROW(run(ask(there.io, Clock::now() + patience, at_once)), std::runtime_error);
}

TEST(Ask, EndsAtItsDeadlineWhileTheRequestRunsOn) {
    std::atomic<bool> ended = false;
    {
        Loop there;
        const Request slow = [&ended]() -> Task<std::string> {
            co_await sleep_for(50ms);
            ended = true;
            co_return "too late";
        };
        EXPECT_EQ(run(error_of(ask(there.io, Clock::now() + 5ms, slow))), asio::error::timed_out);
        EXPECT_FALSE(ended);
        // The loop over there is not disturbed: what comes next is answered, and the slow one ends.
        const Request next = []() -> Task<std::string> {
            co_await sleep_for(100ms);
            co_return "next";
        };
        EXPECT_EQ(run(ask(there.io, Clock::now() + patience, next)), "next");
        EXPECT_TRUE(ended);
    }
}

TEST(Ask, ADeadlineInThePastAsksNothing) {
    Loop there;
    std::atomic<bool> asked = false;
    const Request request = [&asked]() -> Task<std::string> {
        asked = true;
        co_return "";
    };
    EXPECT_EQ(run(error_of(ask(there.io, Clock::now() - 1s, request))), asio::error::timed_out);
    const Request other = []() -> Task<std::string> { co_return "other"; };
    run(ask(there.io, Deadline::max(), other));
    EXPECT_FALSE(asked);
}

TEST(Ask, ACancelledAskerLeavesAtOnce) {
    Loop there;
    asio::io_context here(1);
    asio::cancellation_signal signal;
    error_code seen;
    asio::co_spawn(
        here,
        [&]() -> Task<> {
            try {
                co_await ask(there.io, Deadline::max(), Request(wait_for_ever));
            } catch (const system_error& thrown) {
                seen = thrown.code();
            }
        },
        asio::bind_cancellation_slot(signal.slot(), asio::detached));
    here.poll();
    signal.emit(asio::cancellation_type::terminal);
    here.run_for(patience);
    EXPECT_EQ(seen, asio::error::operation_aborted);
}

TEST(Ask, ARequestAbandonedBeforeItBeganNeverBegins) {
    asio::io_context there(1);
    bool began = false;
    const Request request = [&began]() -> Task<std::string> {
        began = true;
        co_return "";
    };
    EXPECT_EQ(run(error_of(ask(there, Clock::now() + 5ms, request))), asio::error::timed_out);
    there.run();
    EXPECT_FALSE(began);
}

TEST(Ask, AStoppedLoopEndsAtTheDeadline) {
    asio::io_context there(1);
    there.stop();
    EXPECT_EQ(run(error_of(ask(there, Clock::now() + 5ms, Request(wait_for_ever)))),
              asio::error::timed_out);
}

TEST(Ask, ALoopDestroyedWithTheRequestInItAbortsTheAsker) {
    for (const bool begun : {false, true}) {
        auto there = std::make_unique<asio::io_context>(1);
        run(both(
            [&]() -> Task<> {
                EXPECT_EQ(co_await error_of(ask(*there, Deadline::max(), Request(wait_for_ever))),
                          asio::error::operation_aborted);
            }(),
            [&]() -> Task<> {
                if (begun) there->poll();
                there.reset();
                co_return;
            }()));
    }
}

TEST(Ask, TheAskersLoopMayBeDestroyedFirst) {
    Loop there;
    std::atomic<bool> begun = false;
    std::atomic<bool> answered = false;
    {
        asio::io_context here(1);
        const Request request = [&begun, &answered]() -> Task<std::string> {
            begun = true;
            co_await sleep_for(20ms);
            answered = true;
            co_return "for nobody";
        };
        asio::co_spawn(here, ask(there.io, Deadline::max(), request), asio::detached);
        here.poll();
        while (!begun)
            std::this_thread::yield();
    }
    const Request next = [&answered]() -> Task<std::string> {
        while (!answered)
            co_await sleep_for(1ms);
        co_return "alive";
    };
    EXPECT_EQ(run(ask(there.io, Clock::now() + patience, next)), "alive");
}

TEST(Ask, TenThousandQuestionsFromTwoThreads) {
    Loop there;
    std::atomic<int> asked = 0;
    const auto ask_many = [&] {
        run([&]() -> Task<> {
            for (int i = 0; i < 5'000; ++i) {
                const Request request = [&asked, i]() -> Task<std::string> {
                    ++asked;
                    if (i % 100 == 0) co_await sleep_for(0ms);
                    co_return std::to_string(i);
                };
                EXPECT_EQ(co_await ask(there.io, Clock::now() + patience, request),
                          std::to_string(i));
            }
        }());
    };
    std::thread other(ask_many);
    ask_many();
    other.join();
    EXPECT_EQ(asked, 10'000);
}

TEST(Ask, AnswersAndDeadlinesMayMeet) {
    Loop there;
    int answers = 0;
    int timeouts = 0;
    run([&]() -> Task<> {
        for (int i = 0; i < 500; ++i) {
            const auto moment = std::chrono::microseconds(200 + i % 10);
            const Request request = [moment]() -> Task<std::string> {
                co_await sleep_for(moment);
                co_return "answer";
            };
            try {
                EXPECT_EQ(co_await ask(there.io, Clock::now() + moment, request), "answer");
                ++answers;
            } catch (const system_error& thrown) {
                EXPECT_EQ(thrown.code(), asio::error::timed_out);
                ++timeouts;
            }
        }
    }());
    EXPECT_EQ(answers + timeouts, 500);
}

}  // namespace
}  // namespace postern::net
