#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cache/redis_answer.hpp"
#include "cache/redis_link.hpp"
#include "net/task.hpp"

namespace postern::cache {

class RedisPipe;

// Wakes the coroutine that waits for the answers to some questions.
class RedisWaiter {
 public:
    RedisWaiter(net::Executor executor, net::Deadline deadline) : timer_(executor, deadline) {}

    // Until nothing is open, or the deadline has passed. Cancellation: operation_aborted.
    net::Task<> wait();

 private:
    friend class RedisQuestion;
    net::Timer timer_;
    std::size_t open_ = 0;
};

// A question on its way, and then its answer. When it goes before that, its place in the pipe is
// abandoned, and the answer skipped. Outlived by its waiter.
class RedisQuestion {
 public:
    explicit RedisQuestion(RedisWaiter& waiter) : waiter_(waiter) {}
    ~RedisQuestion();
    RedisQuestion(const RedisQuestion&) = delete;
    RedisQuestion& operator=(const RedisQuestion&) = delete;

    // Answers it without having asked anybody.
    void refuse(NoAnswer answer) { answer_ = std::move(answer); }
    // The answer; `late` while it is open.
    Answer<RedisReply> take();

 private:
    friend class RedisPipe;
    void open(RedisQuestion*& place);
    void close(Answer<RedisReply> answer);

    RedisWaiter& waiter_;
    RedisQuestion** place_ = nullptr;  // in the pipe; nullptr: it is not there
    Answer<RedisReply> answer_;
};

// A connection that answers many questions at a time, in their order. Owned by who runs it, on one
// thread.
class RedisPipe {
 public:
    RedisPipe(std::unique_ptr<RedisLink> link, std::size_t most_open, net::Executor executor);
    ~RedisPipe();
    RedisPipe(const RedisPipe&) = delete;
    RedisPipe& operator=(const RedisPipe&) = delete;

    // Reads and writes until something breaks, and throws what it was. Once.
    net::Task<> run();
    // Puts a command into the pipe; a pipe that is full or broken answers at once.
    void ask(std::string_view command, RedisQuestion& question);
    // A command whose answer nobody wants to know, directly in front of the next one.
    void tell(std::string_view command);
    // All that are open are answered `broken`, and nothing is asked any more.
    void break_off(std::string_view why);

    bool is_broken() const { return broken_; }
    const std::string& why() const { return why_; }
    const net::HostPort& server() const { return link_->server(); }

 private:
    net::Task<> read();
    net::Task<> write();
    void deliver(RedisReply reply);

    std::unique_ptr<RedisLink> link_;
    const std::size_t most_open_;
    std::deque<RedisQuestion*> open_;  // nullptr: abandoned
    std::string unsent_;
    net::Timer something_to_write_;
    bool broken_ = false;
    std::string why_;
};

}  // namespace postern::cache
