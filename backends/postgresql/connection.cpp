#include "postgresql/connection.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <openssl/ssl.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "net/within.hpp"
#include "postgresql/connect_error.hpp"
#include "postgresql/result.hpp"

namespace postern::postgresql {

namespace asio = net::asio;
using boost::system::system_error;

// Somebody's place in the line, which stays there when he leaves.
struct Connection::Waiter {
    explicit Waiter(net::Executor executor) : answered(executor, net::Deadline::max()) {}
    net::Timer answered;  // cancelled: it is done, or the connection has failed
    std::vector<Rows> rows;
    std::optional<ServerError> error;
    bool is_done = false;
};

// --- reading and writing

net::Task<> Connection::wait(Descriptor::wait_type what) {
    co_await descriptor_.async_wait(what, net::use_task);
    if (failure_) std::rethrow_exception(failure_);
}

void Connection::break_off() const {
    auto error = read_connect_error(PQerrorMessage(connection_));
    if (error.sqlstate.empty() && !last_words_.sqlstate.empty()) error = last_words_;
    if (error.message.empty()) error.message = "the connection is lost";
    throw Broken(std::move(error));
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
        if (!is_there || PQstatus(connection_) == CONNECTION_BAD) break_off();
    } while (has_more());
    heard_ = net::Clock::now();
}

void Connection::take_results() {
    // While nobody waits this reads what the server says unasked.
    while (PQisBusy(connection_) == 0 && !waiters_.empty())
        take_result();
}

void Connection::take_result() {
    const Result result(PQgetResult(connection_));
    silent_ends_ = result ? 0 : silent_ends_ + 1;
    if (silent_ends_ > 2) throw Broken("fewer answers than questions");
    if (!result) return;  // the end of one answer of several
    auto& waiter = *waiters_.front();
    switch (kind_of(result)) {
        case ResultKind::rows:
            waiter.rows.push_back(rows_of(result));
            break;
        case ResultKind::error:
            if (!waiter.error) waiter.error = error_of(result);
            if (waiter.error->sqlstate.empty()) break_off();  // libpq's own words
            break;
        case ResultKind::skipped:
            break;
        case ResultKind::end_of_batch:
            waiter.is_done = true;
            waiter.answered.cancel();
            waiters_.pop_front();
            break;
        case ResultKind::surprise:
            throw Broken("an answer to nothing that was asked");
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

std::shared_ptr<Connection::Waiter> Connection::enqueue() {
    require(PQpipelineSync(connection_));
    asked_ = net::Clock::now();
    auto waiter = std::make_shared<Waiter>(something_to_write_.get_executor());
    waiters_.push_back(waiter);
    flush();
    return waiter;
}

net::Task<Connection::Answer> Connection::ask(const std::vector<Call>& calls) {
    if (failure_) std::rethrow_exception(failure_);
    const auto self = shared_from_this();
    std::shared_ptr<Waiter> waiter;
    try {
        for (const auto& call : calls)
            send(call);
        waiter = enqueue();
    } catch (const Broken&) {
        fail(std::current_exception());  // half a batch is out
        throw;
    }
    co_return co_await answer(std::move(waiter));
}

net::Task<Connection::Answer> Connection::answer(std::shared_ptr<Waiter> waiter) {
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

net::Task<Connection::Described> Connection::prepare(std::string_view key,
                                                     const QueryTemplate& query) {
    if (failure_) std::rethrow_exception(failure_);
    const auto name = statement_name(key);
    require(PQsendPrepare(connection_, name.c_str(), query.statement().c_str(), 0, nullptr));
    require(PQsendDescribePrepared(connection_, name.c_str()));
    auto answer = co_await this->answer(enqueue());
    if (auto* error = std::get_if<ServerError>(&answer)) co_return std::move(*error);
    auto& rows = std::get<std::vector<Rows>>(answer);
    if (rows.empty()) throw Broken("a statement without a description");
    co_return std::move(rows.back().columns);
}

net::Task<Connection::Answer> Connection::ping() {
    if (failure_) std::rethrow_exception(failure_);
    require(PQsendQueryParams(connection_, "SELECT 1", 0, nullptr, nullptr, nullptr, nullptr, 0));
    co_return co_await answer(enqueue());
}

// --- its end

void Connection::close() {
    fail(std::make_exception_ptr(system_error(asio::error::operation_aborted)));
}

void Connection::fail(std::exception_ptr failure) {
    if (failure_) return;
    failure_ = failure != nullptr ? std::move(failure)
                                  : std::make_exception_ptr(Broken("the connection is lost"));
    for (const auto& waiter : waiters_)
        waiter->answered.cancel();
    waiters_.clear();
    something_to_write_.cancel();
    finish();
}

void Connection::finish() {
    if (connection_ == nullptr) return;
    if (descriptor_.is_open()) descriptor_.release();  // libpq closes it
    PQfinish(std::exchange(connection_, nullptr));
}

}  // namespace postern::postgresql
