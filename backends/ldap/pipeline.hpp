#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "ldap/connection.hpp"

namespace postern::ldap {

// A connection that is bound once and then answers many searches at a time, each matched by its
// message id. Shared with its own coroutine, which reads and writes until something breaks.
class Pipeline : public std::enable_shared_from_this<Pipeline> {
 public:
    explicit Pipeline(std::unique_ptr<Connection> connection, net::Executor executor);
    // Starts to read and write; the coroutine keeps the Pipeline alive until `close` or a failure.
    void start();

    // Throws what broke the connection, for everybody who waits; std::invalid_argument for a filter
    // that is none. A search whose asker leaves is abandoned (RFC 4511 4.11), the connection stays.
    net::Task<Message> search(Search search);

    bool is_broken() const { return failure_ != nullptr; }
    std::size_t waiting() const { return waiters_.size(); }
    net::Clock::time_point heard() const { return heard_; }
    net::Clock::time_point asked() const { return asked_; }  // the last time
    void close();

 private:
    struct Waiter;
    class Place;

    static net::Task<> run(std::shared_ptr<Pipeline> self);
    net::Task<> read();
    net::Task<> write();
    void fail(std::exception_ptr failure);

    std::unique_ptr<Connection> connection_;
    std::map<int, Waiter*> waiters_;
    net::Timer something_to_write_;
    std::exception_ptr failure_;
    net::Clock::time_point heard_, asked_{};
};

}  // namespace postern::ldap
