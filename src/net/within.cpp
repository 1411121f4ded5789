#include "net/within.hpp"

namespace postern::net {

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

}  // namespace postern::net
