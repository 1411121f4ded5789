#include "net/within.hpp"

namespace postern::net {

namespace {

using Step = std::function<Task<>(std::size_t)>;

Task<> take_turns(std::size_t& next, std::size_t count, const Step& step) {
    while (next < count)
        co_await step(next++);
}

Task<> side_by_side(std::size_t width, std::size_t& next, std::size_t count, const Step& step) {
    if (width > 1)
        co_await both(take_turns(next, count, step), side_by_side(width - 1, next, count, step));
    else
        co_await take_turns(next, count, step);
}

}  // namespace

Task<> both(Task<> left, Task<> right) {
    const Executor executor = co_await this_executor();
    auto pair = asio::experimental::make_parallel_group(
        asio::co_spawn(executor, std::move(left), asio::deferred),
        asio::co_spawn(executor, std::move(right), asio::deferred));
    auto [order, left_failure, right_failure] =
        co_await pair.async_wait(asio::experimental::wait_for_one_error(), use_task);
    // When both failed, the second one mostly says "canceled": the first is the cause.
    const std::exception_ptr& first = order[0] == 0 ? left_failure : right_failure;
    const std::exception_ptr& second = order[0] == 0 ? right_failure : left_failure;
    if (first) std::rethrow_exception(first);
    if (second) std::rethrow_exception(second);
}

Task<> for_each(std::size_t count, std::size_t width, const Step& step) {
    std::size_t next = 0;
    co_await side_by_side(width, next, count, step);
}

}  // namespace postern::net
