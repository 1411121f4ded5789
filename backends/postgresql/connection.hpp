#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "crypto/secret.hpp"
#include "net/task.hpp"
#include "postgresql/query_template.hpp"
#include "postgresql/rows.hpp"
#include "postgresql/sqlstate.hpp"

struct pg_conn;  // libpq's; its header stays out of ours
struct pg_result;

namespace postern::postgresql {

// A connection that could not be made, or is no more.
class Broken : public std::runtime_error {
 public:
    explicit Broken(ServerError error)
        : std::runtime_error(error.sqlstate.empty() ? error.message : error.text()),
          error_(std::move(error)) {}
    explicit Broken(std::string message) : Broken(ServerError{"", std::move(message)}) {}
    const ServerError& error() const { return error_; }  // without SQLSTATE: not the server's words

 private:
    ServerError error_;
};

// One question. What it points to outlives the answer.
struct Call {
    std::string_view key;  // of the settings: "emails"
    const QueryTemplate* query = nullptr;
    std::vector<std::string> parameters = {};
    bool is_prepared = true;  // where statements are
};

// One connection to a server, in libpq's pipeline mode: many questions at a time, answered in their
// order. What is asked in one turn of the thread goes as one batch, which costs both sides a system
// call and a transaction. Shared with its own coroutine, which reads and writes until something
// breaks. libpq never waits, and never asks the DNS.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
    struct Target {
        std::map<std::string, std::string> keywords;  // of libpq, with hostaddr
        const crypto::Secret& password;
        bool prepares = true;  // false: every question brings its statement along
    };
    // Throws Broken. Is to be `start`ed, and closed in the end.
    static net::Task<std::shared_ptr<Connection>> open(Target target, net::Executor executor);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void start();
    void close();

    // The rows of every call, or the first error, behind which nothing was done. Broken for
    // everybody who waits when the connection is lost. Whoever leaves leaves his place behind: that
    // answer is thrown away. What `writes` is a batch of its own, for an error undoes a batch;
    // a question that shared one with somebody else's error is asked again.
    using Answer = std::variant<ServerError, std::vector<Rows>>;
    net::Task<Answer> ask(const std::vector<Call>& calls, bool writes = false);
    // Checks a statement, and keeps it where it is to be kept; its columns, no rows.
    using Described = std::variant<ServerError, Columns>;
    net::Task<Described> prepare(std::string_view key, const QueryTemplate& query);
    // A statement of our own, without parameters.
    net::Task<Answer> say(std::string statement);

    // Once this is answered, what is told on the channel is heard: what was told along with it, ""
    // for nothing. `heard` is called until the connection is closed or lost, and may do neither.
    using Heard = std::function<void(std::string_view payload)>;
    net::Task<Answer> listen(const std::string& channel, Heard heard);
    // Until then; or throws why the connection is lost, as soon as it is. For one at a time.
    net::Task<> rest(net::Deadline until);

    bool is_broken() const { return failure_ != nullptr; }
    std::size_t waiting() const { return waiting_; }
    // Takes one more along with what goes out next.
    bool is_filling_a_batch() const { return !unsent_.empty() && unsent_.size() < batch_size; }
    net::Clock::time_point heard() const { return heard_; }
    net::Clock::time_point asked() const { return asked_; }  // the last time
    // "server_version", "in_hot_standby", "is_superuser": what the server tells unasked.
    std::string parameter(const char* name) const;
    std::string user() const;
    int process() const;              // the session's, as whoever we are connected to has said
    std::string tls_version() const;  // empty: without

 private:
    using Descriptor = net::asio::posix::basic_stream_descriptor<net::Executor>;
    struct Waiter;
    using Batch = std::vector<std::shared_ptr<Waiter>>;

    Connection(net::Executor executor, bool prepares);
    static void note(void* self, const pg_result* notice);
    void begin(const Target& target);
    net::Task<> establish();
    net::Task<> wait(Descriptor::wait_type what);

    static net::Task<> run(std::shared_ptr<Connection> self);
    net::Task<> read();
    net::Task<> write();
    void consume();
    void take_results();
    void take_result();
    void take_notifications();
    Waiter& answered_now() const;
    void conclude(const Batch& batch);
    bool has_more() const;
    void flush();
    net::Task<Answer> answer(std::shared_ptr<Waiter> waiter);
    void send_soon();
    void send_waiting();
    Batch next_batch();
    void send(const Call& call);
    void send_description(std::string_view key, const QueryTemplate& query);
    void require(int succeeded);
    [[noreturn]] void break_off() const;
    void fail(std::exception_ptr failure);
    void finish();
    std::string statement_name(std::string_view key) const;

    pg_conn* connection_ = nullptr;
    Descriptor descriptor_;
    net::Timer something_to_write_;
    net::Timer end_;  // of a rest: cancelled when the connection is lost
    std::string channel_;
    Heard heard_there_;
    static constexpr std::size_t batch_size = 8;
    std::deque<std::shared_ptr<Waiter>> unsent_;
    std::deque<Batch> sent_;
    std::size_t waiting_ = 0;  // in both
    bool sends_soon_ = false;
    std::exception_ptr failure_;
    ServerError last_words_;  // what it said unasked
    bool prepares_;
    int silent_ends_ = 0;  // of results, one behind the other
    net::Clock::time_point heard_, asked_{};
};

}  // namespace postern::postgresql
