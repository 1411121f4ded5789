#include <libpq-fe.h>

#include <utility>

#include "postgresql/connect_error.hpp"
#include "postgresql/connection.hpp"
#include "postgresql/connection_start.hpp"

// How a Connection comes to be, and how it breaks; connection.cpp has what is asked on it.
namespace postern::postgresql {

namespace {

const char* text_or_empty(const char* text) {
    return text != nullptr ? text : "";
}

}  // namespace

Connection::Connection(net::Executor executor, bool prepares)
    : descriptor_(executor),
      something_to_write_(executor, net::Deadline::max()),
      end_(executor),
      prepares_(prepares),
      heard_(net::Clock::now()) {}

Connection::~Connection() {
    finish();
}

net::Task<std::shared_ptr<Connection>> Connection::open(Target target, net::Executor executor) {
    std::shared_ptr<Connection> connection(new Connection(executor, target.prepares));
    connection->begin(target);
    co_await connection->establish();
    co_return connection;
}

void Connection::begin(const Target& target) {
    connection_ = start_connection(target.keywords, target.password);
    if (PQstatus(connection_) == CONNECTION_BAD) break_off();
    PQsetErrorVerbosity(connection_, PQERRORS_VERBOSE);  // with the SQLSTATE
    PQsetNoticeReceiver(connection_, note, this);
}

net::Task<> Connection::establish() {
    auto next = PGRES_POLLING_WRITING;
    while (next != PGRES_POLLING_OK) {
        // It may be another socket each time, under the same number even: epoll has to be told.
        descriptor_.assign(PQsocket(connection_));
        co_await wait(next == PGRES_POLLING_READING ? Descriptor::wait_read
                                                    : Descriptor::wait_write);
        descriptor_.release();
        next = PQconnectPoll(connection_);
        if (next == PGRES_POLLING_FAILED) break_off();
    }
    PQsetErrorVerbosity(connection_, PQERRORS_DEFAULT);
    const bool is_ready =
        PQsetnonblocking(connection_, 1) == 0 && PQenterPipelineMode(connection_) == 1;
    if (!is_ready) break_off();
    descriptor_.assign(PQsocket(connection_));
    heard_ = net::Clock::now();
}

// A server that closes an idle connection says why.
void Connection::note(void* self, const pg_result* notice) {
    const auto field = [notice](int code) {
        return std::string(text_or_empty(PQresultErrorField(notice, code)));
    };
    const auto severity = field(PG_DIAG_SEVERITY_NONLOCALIZED);
    if (severity == "FATAL" || severity == "PANIC")
        static_cast<Connection*>(self)->last_words_ = {field(PG_DIAG_SQLSTATE),
                                                       field(PG_DIAG_MESSAGE_PRIMARY)};
}

void Connection::finish() {
    if (connection_ == nullptr) return;
    if (descriptor_.is_open()) descriptor_.release();  // libpq closes it
    PQfinish(std::exchange(connection_, nullptr));
}

void Connection::break_off() const {
    auto error = read_connect_error(PQerrorMessage(connection_));
    if (error.sqlstate.empty() && !last_words_.sqlstate.empty()) error = last_words_;
    if (error.message.empty()) error.message = "the connection is lost";
    throw Broken(std::move(error));
}

// --- what is known of it

std::string Connection::parameter(const char* name) const {
    return connection_ != nullptr ? text_or_empty(PQparameterStatus(connection_, name)) : "";
}

std::string Connection::user() const {
    return connection_ != nullptr ? text_or_empty(PQuser(connection_)) : "";
}

int Connection::process() const {
    return connection_ != nullptr ? PQbackendPID(connection_) : 0;
}

std::string Connection::tls_version() const {
    if (connection_ == nullptr || PQsslInUse(connection_) == 0) return "";
    return text_or_empty(PQsslAttribute(connection_, "protocol"));
}

}  // namespace postern::postgresql
