#include "net/within.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>

#include "net/harness.hpp"

namespace postern::net {
namespace {

constexpr auto never = Deadline::max();

Task<int> answer(Clock::duration after) {
    co_await sleep_for(after);
    co_return 42;
}

Task<int> fail(Clock::duration after) {
    co_await sleep_for(after);
    throw std::runtime_error("failed");
}

Task<> fail_with(error_code error, Clock::duration after) {
    co_await sleep_for(after);
    throw system_error(error);
}

// Says in `ended` that it was cancelled and has really gone.
Task<> wait_for_ever(bool& ended) {
    struct Note {
        bool& flag;
        ~Note() { flag = true; }
    } const note{ended};
    co_await sleep_until(never);
}

TEST(Within, ReturnsWhatIsThereInTime) {
    EXPECT_EQ(run(within(Clock::now() + patience, answer(1ms))), 42);
    EXPECT_EQ(run(within(never, answer(0ms))), 42);
}

TEST(Within, TimesOutAndHasEndedTheOperation) {
    bool ended = false;
    EXPECT_EQ(run(error_of(within(Clock::now() + 5ms, wait_for_ever(ended)))),
              asio::error::timed_out);
    EXPECT_TRUE(ended);
}

TEST(Within, ADeadlineInThePastTimesOut) {
    bool ended = false;
    EXPECT_EQ(run(error_of(within(Clock::now() - 1s, wait_for_ever(ended)))),
              asio::error::timed_out);
}

TEST(Within, AFailureIsRethrownAtOnce) {
    const Deadline started = Clock::now();
    EXPECT_THROW(run(within(started + 1h, fail(1ms))), std::runtime_error);
    EXPECT_LT(Clock::now() - started, patience);
}

TEST(Within, NestsBothWays) {
    // The inner deadline comes first: its timeout is a failure for the outer one.
    EXPECT_EQ(run(error_of(within(Clock::now() + 1h, within(Clock::now() + 5ms, answer(1h))))),
              asio::error::timed_out);
    EXPECT_EQ(run(error_of(within(Clock::now() + 5ms, within(Clock::now() + 1h, answer(1h))))),
              asio::error::timed_out);
    EXPECT_EQ(run(within(Clock::now() + 1h, within(Clock::now() + 1h, answer(1ms)))), 42);
}

TEST(Within, CancellationFromOutsideIsNoTimeout) {
    asio::io_context io(1);
    asio::cancellation_signal signal;
    error_code seen;
    bool ended = false;
    asio::co_spawn(
        io,
        [&]() -> Task<> {
            try {
                co_await within(never, wait_for_ever(ended));
            } catch (const system_error& thrown) {
                seen = thrown.code();
            }
        },
        asio::bind_cancellation_slot(signal.slot(), asio::detached));
    io.poll();
    EXPECT_FALSE(ended);
    signal.emit(asio::cancellation_type::terminal);
    io.run_for(patience);
    EXPECT_EQ(seen, asio::error::operation_aborted);
    EXPECT_TRUE(ended);
}

TEST(Within, MayBeDestroyedWhileItWaits) {
    bool ended = false;
    {
        asio::io_context io(1);
        asio::co_spawn(io, within(Clock::now() + 1h, wait_for_ever(ended)), asio::detached);
        io.poll();
        EXPECT_FALSE(ended);
    }
    EXPECT_TRUE(ended);
}

TEST(Both, EndsWhenBothHaveEnded) {
    int done = 0;
    const auto step = [&](Clock::duration time) -> Task<> {
        co_await sleep_for(time);
        ++done;
    };
    run(both(step(1ms), step(5ms)));
    EXPECT_EQ(done, 2);
}

TEST(Both, RethrowsTheFirstFailureAndCancelsTheOther) {
    bool ended = false;
    const error_code reset = asio::error::connection_reset;
    EXPECT_EQ(run(error_of(both(fail_with(reset, 1ms), wait_for_ever(ended)))), reset);
    EXPECT_TRUE(ended);
    ended = false;
    EXPECT_EQ(run(error_of(both(wait_for_ever(ended), fail_with(reset, 1ms)))), reset);
    EXPECT_TRUE(ended);
}

TEST(Both, AFailureAfterTheOtherSideEndedWellIsRethrown) {
    const error_code reset = asio::error::connection_reset;
    EXPECT_EQ(run(error_of(both(sleep_for(0ms), fail_with(reset, 5ms)))), reset);
    EXPECT_EQ(run(error_of(both(fail_with(reset, 5ms), sleep_for(0ms)))), reset);
}

TEST(Both, IsCancelledAsAWhole) {
    bool left = false;
    bool right = false;
    EXPECT_EQ(
        run(error_of(within(Clock::now() + 5ms, both(wait_for_ever(left), wait_for_ever(right))))),
        asio::error::timed_out);
    EXPECT_TRUE(left);
    EXPECT_TRUE(right);
}

TEST(Sleep, EndsAtItsDeadline) {
    const Deadline started = Clock::now();
    run(sleep_for(5ms));
    EXPECT_GE(Clock::now() - started, 5ms);
    run(sleep_until(started));
}

TEST(ForEach, TakesEachOnceAndSoManyAtATime) {
    for (const std::size_t width : {1U, 3U, 20U}) {
        std::vector<int> taken(10);
        std::size_t inside = 0, most = 0;
        const auto step = [&](std::size_t i) -> Task<> {
            most = std::max(most, ++inside);
            co_await sleep_for(i % 2 == 0 ? 2ms : 1ms);
            --inside;
            ++taken[i];
        };
        run(for_each(taken.size(), width, step));
        EXPECT_EQ(taken, std::vector<int>(10, 1)) << width;
        EXPECT_EQ(most, std::min<std::size_t>(width, 10)) << width;
    }
}

TEST(ForEach, AFailureEndsTheOthers) {
    std::size_t begun = 0;
    bool ended = false;
    const auto step = [&](std::size_t i) -> Task<> {
        ++begun;
        if (i == 1) throw std::runtime_error("odd");
        co_await wait_for_ever(ended);
    };
    EXPECT_THROW(run(for_each(10, 2, step)), std::runtime_error);
    EXPECT_TRUE(ended);
    EXPECT_EQ(begun, 2U);
}

}  // namespace
}  // namespace postern::net
