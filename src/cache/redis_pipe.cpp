#include "cache/redis_pipe.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "cache/redis_error.hpp"
#include "net/within.hpp"

namespace postern::cache {

namespace asio = net::asio;
using boost::system::system_error;
using Kind = NoAnswer::Kind;

namespace {

constexpr std::size_t most_unsent = 8 * 1024 * 1024;

net::Task<> require_not_cancelled() {
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
        throw system_error(asio::error::operation_aborted);
}

}  // namespace

// --- who asks

net::Task<> RedisWaiter::wait() {
    while (open_ > 0) {
        const auto [error] = co_await timer_.async_wait(asio::as_tuple(net::use_task));
        if (open_ == 0) break;
        co_await require_not_cancelled();
        if (!error) break;
    }
}

RedisQuestion::~RedisQuestion() {
    if (place_ == nullptr) return;
    *place_ = nullptr;
    --waiter_.open_;
}

void RedisQuestion::open(RedisQuestion*& place) {
    place_ = &place;
    answer_ = NoAnswer{Kind::late, "no answer in time"};
    ++waiter_.open_;
}

void RedisQuestion::close(Answer<RedisReply> answer) {
    place_ = nullptr;
    answer_ = std::move(answer);
    if (--waiter_.open_ == 0) waiter_.timer_.cancel();
}

Answer<RedisReply> RedisQuestion::take() {
    return std::move(answer_);
}

// --- the pipe

RedisPipe::RedisPipe(std::unique_ptr<RedisLink> link, std::size_t most_open, net::Executor executor)
    : link_(std::move(link)),
      most_open_(most_open),
      something_to_write_(executor, net::Deadline::max()) {}

RedisPipe::~RedisPipe() {
    break_off("the connection is given up");
}

void RedisPipe::ask(std::string_view command, RedisQuestion& question) {
    if (broken_) {
        question.refuse({Kind::down, why_});
        return;
    }
    if (open_.size() >= most_open_ || unsent_.size() > most_unsent) {
        question.refuse({Kind::full, "too many questions wait for their answers"});
        return;
    }
    // A deque leaves its elements where they are as long as it changes at its ends alone.
    question.open(open_.emplace_back(&question));
    unsent_ += command;
    something_to_write_.cancel();
}

void RedisPipe::tell(std::string_view command) {
    if (broken_) return;
    open_.push_back(nullptr);
    unsent_ += command;
}

void RedisPipe::break_off(std::string_view why) {
    if (std::exchange(broken_, true)) return;
    why_ = why;
    for (auto* question : std::exchange(open_, {}))
        if (question != nullptr) question->close(NoAnswer{Kind::broken, why_});
    unsent_.clear();
    something_to_write_.cancel();
    link_->stream().close();
}

net::Task<> RedisPipe::run() {
    co_await net::both(read(), write());
}

net::Task<> RedisPipe::read() {
    std::array<char, 16 * 1024> buffer;
    auto& reader = link_->reader();
    for (;;) {
        while (auto reply = reader.next())
            deliver(*std::move(reply));
        if (reader.is_broken()) throw RedisRefused("it is no Redis: " + reader.why(), true);
        const auto got = co_await link_->stream().read_some(asio::buffer(buffer));
        if (got == 0) throw system_error(asio::error::eof);
        reader.feed({buffer.data(), got});
    }
}

void RedisPipe::deliver(RedisReply reply) {
    if (broken_) return;
    if (open_.empty()) throw RedisRefused("it answers what nobody has asked", true);
    auto* question = open_.front();
    open_.pop_front();
    const auto error = error_of(reply);
    if (question != nullptr) question->close(std::move(reply));
    if (error && error->ends_connection()) throw RedisRefused(error->words());
}

net::Task<> RedisPipe::write() {
    for (;;) {
        if (broken_) throw system_error(asio::error::operation_aborted);
        if (!unsent_.empty()) {
            const auto octets = std::exchange(unsent_, {});
            co_await link_->stream().write(octets);
            continue;
        }
        something_to_write_.expires_at(net::Deadline::max());
        co_await something_to_write_.async_wait(asio::as_tuple(net::use_task));
        co_await require_not_cancelled();
    }
}

}  // namespace postern::cache
