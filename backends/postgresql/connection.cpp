#include "postgresql/connection.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <functional>
#include <utility>

#include "net/within.hpp"
#include "postgresql/result.hpp"

namespace postern::postgresql {

namespace asio = net::asio;
using boost::system::system_error;

// Somebody's place in the line, which stays there when he leaves.
struct Connection::Waiter {
    Waiter(net::Executor executor, std::size_t results, std::function<void()> send)
        : answered(executor, net::Deadline::max()), send(std::move(send)), results(results) {}
    bool has_answer() const { return error || rows.size() == results; }

    net::Timer answered;         // cancelled: it is done, or the connection has failed
    std::function<void()> send;  // empty: nobody waits any more
    std::size_t results;         // that make an answer
    bool alone = false;          // shares its batch with nobody
    std::vector<Rows> rows;
    std::optional<ServerError> error;
    bool is_done = false;
};

// --- reading and writing

net::Task<> Connection::wait(Descriptor::wait_type what) {
    co_await descriptor_.async_wait(what, net::use_task);
    if (failure_) std::rethrow_exception(failure_);
}

void Connection::start() {
    auto self = shared_from_this();
    asio::co_spawn(something_to_write_.get_executor(), run(self),
                   [self](const std::exception_ptr& failure) { self->fail(failure); });
}

net::Task<> Connection::run(std::shared_ptr<Connection> self) {
    co_await net::both(self->read(), self->write());
}

net::Task<> Connection::read() {
    for (;;) {
        co_await wait(Descriptor::wait_read);
        consume();
        flush();
    }
}

net::Task<> Connection::write() {
    for (;;) {
        while (PQflush(connection_) == 1)
            co_await wait(Descriptor::wait_write);
        something_to_write_.expires_at(net::Deadline::max());
        co_await something_to_write_.async_wait(asio::as_tuple(net::use_task));
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none)
            throw system_error(asio::error::operation_aborted);
        if (failure_) std::rethrow_exception(failure_);
    }
}

// libpq leaves octets in OpenSSL's buffer, for which no descriptor becomes readable.
bool Connection::has_more() const {
    auto* const tls = static_cast<SSL*>(PQsslStruct(connection_, "OpenSSL"));
    return tls != nullptr && SSL_pending(tls) > 0;
}

void Connection::consume() {
    do {
        const bool is_there = PQconsumeInput(connection_) == 1;
        take_results();
        take_notifications();
        if (!is_there || PQstatus(connection_) == CONNECTION_BAD) break_off();
    } while (has_more());
    heard_ = net::Clock::now();
}

void Connection::take_results() {
    // While nobody waits this reads what the server says unasked.
    while (PQisBusy(connection_) == 0 && !sent_.empty())
        take_result();
}

void Connection::take_result() {
    const Result result(PQgetResult(connection_));
    silent_ends_ = result ? 0 : silent_ends_ + 1;
    if (silent_ends_ > 2) throw Broken("fewer answers than questions");
    if (!result) return;  // the end of one answer of several
    switch (kind_of(result)) {
        case ResultKind::rows:
            answered_now().rows.push_back(rows_of(result));
            break;
        case ResultKind::error: {
            auto& waiter = answered_now();
            waiter.error = error_of(result);
            if (waiter.error->sqlstate.empty()) break_off();  // libpq's own words
            break;
        }
        case ResultKind::skipped:
            break;
        case ResultKind::end_of_batch:
            conclude(sent_.front());
            sent_.pop_front();
            break;
        case ResultKind::surprise:
            throw Broken("an answer to nothing that was asked");
    }
}

Connection::Waiter& Connection::answered_now() const {
    for (const auto& waiter : sent_.front())
        if (!waiter->has_answer()) return *waiter;
    throw Broken("more answers than questions");
}

// Who shared the batch with somebody else's error gets another chance.
void Connection::conclude(const Batch& batch) {
    const bool failed =
        std::ranges::any_of(batch, [](const auto& waiter) { return waiter->error.has_value(); });
    for (const auto& waiter : batch) {
        if (waiter->has_answer() || !waiter->send) {
            waiter->is_done = true;
            waiter->answered.cancel();
            --waiting_;
            continue;
        }
        if (!failed) throw Broken("fewer answers than questions");
        waiter->rows.clear();
        unsent_.push_back(waiter);
        send_soon();
    }
}

void Connection::flush() {
    const int left = PQflush(connection_);
    if (left < 0) break_off();
    if (left > 0) something_to_write_.cancel();
}

// --- asking

std::string Connection::statement_name(std::string_view key) const {
    return prepares_ ? fmt::format("postern_{}", key) : "";
}

void Connection::require(int succeeded) {
    if (succeeded != 1) break_off();
}

void Connection::send(const Call& call) {
    std::vector<const char*> values;
    for (const auto& parameter : call.parameters)
        values.push_back(parameter.c_str());
    const auto count = static_cast<int>(values.size());
    if (prepares_ && call.is_prepared)
        require(PQsendQueryPrepared(connection_, statement_name(call.key).c_str(), count,
                                    values.data(), nullptr, nullptr, 0));
    else
        require(PQsendQueryParams(connection_, call.query->statement().c_str(), count, nullptr,
                                  values.data(), nullptr, nullptr, 0));
}

void Connection::send_description(std::string_view key, const QueryTemplate& query) {
    const auto name = statement_name(key);
    require(PQsendPrepare(connection_, name.c_str(), query.statement().c_str(), 0, nullptr));
    require(PQsendDescribePrepared(connection_, name.c_str()));
}

void Connection::send_soon() {
    if (std::exchange(sends_soon_, true)) return;
    asio::post(something_to_write_.get_executor(), [self = shared_from_this()] {
        self->sends_soon_ = false;
        if (self->failure_) return;
        try {
            self->send_waiting();
        } catch (const Broken&) {
            self->fail(std::current_exception());  // half a batch is out
        }
    });
}

void Connection::send_waiting() {
    while (!unsent_.empty()) {
        sent_.push_back(next_batch());
        for (const auto& waiter : sent_.back())
            waiter->send();
        require(PQpipelineSync(connection_));
    }
    flush();
}

Connection::Batch Connection::next_batch() {
    Batch batch;
    while (!unsent_.empty() && batch.size() < batch_size) {
        auto& next = unsent_.front();
        if (next->alone && !batch.empty()) break;
        const bool is_left = !next->send, is_alone = next->alone;
        if (is_left)
            --waiting_;
        else
            batch.push_back(std::move(next));
        unsent_.pop_front();
        if (is_alone && !is_left) break;
    }
    return batch;
}

net::Task<Connection::Answer> Connection::answer(std::shared_ptr<Waiter> waiter) {
    if (failure_) std::rethrow_exception(failure_);
    const auto self = shared_from_this();
    // What would be sent again is the asker's.
    const std::shared_ptr<void> leaves(nullptr, [&](void*) { waiter->send = nullptr; });
    unsent_.push_back(waiter);
    ++waiting_;
    asked_ = net::Clock::now();
    send_soon();
    while (!waiter->is_done) {
        co_await waiter->answered.async_wait(asio::as_tuple(net::use_task));
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none)
            throw system_error(asio::error::operation_aborted);
        if (failure_ && !waiter->is_done) std::rethrow_exception(failure_);
    }
    if (waiter->error) co_return *std::move(waiter->error);
    co_return std::move(waiter->rows);
}

net::Task<Connection::Answer> Connection::ask(const std::vector<Call>& calls, bool writes) {
    auto send = [this, &calls] {
        for (const auto& call : calls)
            this->send(call);
    };
    auto waiter = std::make_shared<Waiter>(something_to_write_.get_executor(), calls.size(), send);
    waiter->alone = writes;
    return answer(std::move(waiter));
}

net::Task<Connection::Described> Connection::prepare(std::string_view key,
                                                     const QueryTemplate& query) {
    auto send = [this, key, &query] { send_description(key, query); };
    auto waiter = std::make_shared<Waiter>(something_to_write_.get_executor(), 2, send);
    auto answer = co_await this->answer(std::move(waiter));
    if (auto* error = std::get_if<ServerError>(&answer)) co_return std::move(*error);
    co_return std::move(std::get<std::vector<Rows>>(answer).back().columns);
}

net::Task<Connection::Answer> Connection::say(std::string statement) {
    auto send = [this, statement = std::move(statement)] {
        require(PQsendQueryParams(connection_, statement.c_str(), 0, nullptr, nullptr, nullptr,
                                  nullptr, 0));
    };
    return answer(std::make_shared<Waiter>(something_to_write_.get_executor(), 1, send));
}

// --- its end

void Connection::close() {
    fail(std::make_exception_ptr(system_error(asio::error::operation_aborted)));
}

void Connection::fail(std::exception_ptr failure) {
    if (failure_) return;
    failure_ = failure != nullptr ? std::move(failure)
                                  : std::make_exception_ptr(Broken("the connection is lost"));
    for (const auto& batch : std::exchange(sent_, {}))
        for (const auto& waiter : batch)
            waiter->answered.cancel();
    for (const auto& waiter : std::exchange(unsent_, {}))
        waiter->answered.cancel();
    waiting_ = 0;
    something_to_write_.cancel();
    end_.cancel();
    finish();
}

}  // namespace postern::postgresql
