#include <libpq-fe.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <memory>
#include <utility>

#include "postgresql/connection.hpp"
#include "postgresql/sql_text.hpp"

// What a Connection hears without having asked; connection.cpp has what is asked on it.
namespace postern::postgresql {

namespace asio = net::asio;

net::Task<Connection::Answer> Connection::listen(const std::string& channel, Heard heard) {
    channel_ = channel;
    heard_there_ = std::move(heard);
    return say("LISTEN " + quoted_name(channel));
}

void Connection::take_notifications() {
    using Notification = std::unique_ptr<PGnotify, decltype(&PQfreemem)>;
    while (const auto told = Notification(PQnotifies(connection_), PQfreemem))
        if (heard_there_ && told->relname == channel_) heard_there_(told->extra);
}

net::Task<> Connection::rest(net::Deadline until) {
    const auto self = shared_from_this();
    if (failure_) std::rethrow_exception(failure_);
    end_.expires_at(until);
    co_await end_.async_wait(asio::as_tuple(net::use_task));
    if (co_await net::is_cancelled())
        throw boost::system::system_error(asio::error::operation_aborted);
    if (failure_) std::rethrow_exception(failure_);
}

}  // namespace postern::postgresql
