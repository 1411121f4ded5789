#include "cache/redis_node.hpp"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "cache/redis_error.hpp"
#include "net/within.hpp"
#include "observe/events.hpp"

namespace postern::cache {

namespace asio = net::asio;
using boost::system::system_error;
using namespace std::chrono_literals;

namespace {

constexpr int late_is_down = 3;

}  // namespace

RedisNode::RedisNode(RedisContext context, std::string server, RedisLocate locate, bool may_move)
    : context_(std::move(context)),
      server_(std::move(server)),
      locate_(std::move(locate)),
      may_move_(may_move),
      episode_(context_.name, "questions", context_.log),
      pause_(context_.executor),
      backoff_(100ms, 3s) {}

void RedisNode::start() {
    auto ended = [self = shared_from_this()](const std::exception_ptr& failure) {
        if (self->closed_) return;
        self->context_.log.write(observe::events::server_fault,
                                 {{"task", "redis"}, {"why", observe::words_of(failure)}});
    };
    asio::co_spawn(context_.executor, keep(shared_from_this()), std::move(ended));
}

void RedisNode::close() {
    closed_ = true;
    on_down_ = nullptr;
    pause_.cancel();
    if (pipe_) pipe_->break_off("the connection is given up");
}

net::Task<> RedisNode::keep(std::shared_ptr<RedisNode> self) {
    co_await self->look_after();
}

// Until `close`, which ends it with operation_aborted.
net::Task<> RedisNode::look_after() {
    for (;;) {
        const auto state = co_await asio::this_coro::cancellation_state;
        if (closed_ || state.cancelled() != asio::cancellation_type::none)
            throw system_error(asio::error::operation_aborted);
        std::exception_ptr failure;
        try {
            co_await serve();
        } catch (const std::exception&) {
            failure = std::current_exception();
        }
        if (closed_) continue;
        // Who broke the pipe off knows better than the socket that was closed for that.
        const auto from = server();
        const bool told = pipe_ && pipe_->is_broken();
        if (told) failure = std::make_exception_ptr(RedisRefused(pipe_->why()));
        if (pipe_) pipe_->break_off(redis_failure(failure));
        episode_.went_down(from, failure);
        pipe_.reset();
        if (on_down_) on_down_();
        pause_.expires_after(backoff_.next());
        co_await pause_.async_wait(asio::as_tuple(net::use_task));
    }
}

// Connects, and serves as long as that lasts.
net::Task<> RedisNode::serve() {
    auto servers = co_await locate_();
    auto link =
        co_await RedisLink::open(context_.settings, std::move(servers), RedisLink::Wanted::master);
    if (closed_) co_return;
    pipe_ = std::make_unique<RedisPipe>(std::move(link), context_.settings->pipeline,
                                        context_.executor);
    ++connects_;
    late_in_a_row_ = 0;
    episode_.came_up(pipe_->server().text());
    if (may_move_)
        co_await net::both(pipe_->run(), until_another_master(locate_, pipe_->server()));
    else
        co_await pipe_->run();
}

void RedisNode::was_in_time() {
    late_in_a_row_ = 0;
    backoff_.reset();
}

// Questions that have waited for the same silence count once.
void RedisNode::was_late(net::Clock::time_point asked) {
    if (asked < late_counted_) return;
    late_counted_ = net::Clock::now();
    if (++late_in_a_row_ < late_is_down) return;
    drop(fmt::format("no answer within {} ms, {} times in a row",
                     context_.settings->timeout.count(), late_is_down));
}

void RedisNode::drop(const std::string& why) {
    if (pipe_) pipe_->break_off(why);
}

}  // namespace postern::cache
