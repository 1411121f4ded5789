#include "upstream/smtp_wire.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/system/system_error.hpp>

namespace postern::upstream {

namespace asio = net::asio;

namespace {

bool is_cancellation(const boost::system::system_error& error) {
    return error.code() == asio::error::operation_aborted;
}

}  // namespace

net::Task<> SmtpWire::listen() {
    if (ended_) throw boost::system::system_error(asio::error::eof);
    const std::size_t got = co_await stream_.read_some(asio::buffer(buffer_));
    input_.append(buffer_.data(), got);
    ended_ = got == 0;
}

// A race instead of a reader of its own: nothing is left running when the connection goes.
// Listening starts first, so that what has already arrived is always heard.
net::Task<bool> SmtpWire::send_and_listen(std::string_view octets) {
    if (has_unread() || ended_) co_return false;
    const auto executor = co_await net::this_executor();
    auto race = asio::experimental::make_parallel_group(
        asio::co_spawn(executor, listen(), asio::deferred),
        asio::co_spawn(executor, stream_.write(octets), asio::deferred));
    auto [order, unheard, unsent] =
        co_await race.async_wait(asio::experimental::wait_for_one(), net::use_task);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) {
        throw boost::system::system_error(asio::error::operation_aborted);
    }
    const bool write_was_first = order[0] == 1;
    if (write_was_first && unsent) std::rethrow_exception(unsent);
    co_return write_was_first && !has_unread() && !ended_;
}

net::Task<smtp::Reply> SmtpWire::reply() {
    using Status = smtp::ReplyParser::Status;
    for (;;) {
        std::string_view rest = input_;
        const Status status = parser_.feed(rest);
        input_.erase(0, input_.size() - rest.size());
        if (status == Status::complete) co_return parser_.take();
        if (status == Status::garbage) throw ProtocolError("that is no SMTP reply");
        co_await listen();
        if (ended_) throw boost::system::system_error(asio::error::eof);
    }
}

net::Task<smtp::Reply> SmtpWire::ask(std::string command) {
    command += "\r\n";
    co_await send(command);
    co_return co_await reply();
}

net::Task<> SmtpWire::start_tls(std::shared_ptr<const net::TlsContext> context, std::string host) {
    return stream_.connect_tls(std::move(context), std::move(host));
}

net::Task<> SmtpWire::quit(net::Clock::duration at_most) {
    stream_.expires_after(at_most);
    try {
        co_await say_goodbye();
    } catch (const boost::system::system_error& error) {
        if (is_cancellation(error)) throw;
    } catch (const std::exception&) {  // it is over anyway
    }
}

net::Task<> SmtpWire::say_goodbye() {
    co_await ask("QUIT");
    co_await stream_.shutdown();
}

}  // namespace postern::upstream
