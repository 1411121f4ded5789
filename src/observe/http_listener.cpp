#include "observe/http_listener.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <optional>
#include <set>
#include <stdexcept>
#include <tuple>

namespace postern::observe {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Executor = asio::io_context::executor_type;
using asio::ip::tcp;
using boost::system::error_code;
using Stream = beast::basic_stream<tcp, Executor>;
using Parser = http::request_parser<http::empty_body>;
using Response = http::response<http::string_body>;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable_t<Executor>());

HttpQuestion question_of(std::string_view target) {
    const auto end = std::min(target.find('?'), target.size());
    return {std::string(target.substr(0, end)),
            std::string(target.substr(std::min(end + 1, target.size())))};
}

HttpAnswer said(http::status status) {
    return {static_cast<unsigned>(status), std::string(http::obsolete_reason(status)) + "\n"};
}

// nullopt: nobody is there to hear it.
std::optional<HttpAnswer> objection_to(const error_code& error) {
    if (error == http::error::header_limit)
        return said(http::status::request_header_fields_too_large);
    if (error == http::error::body_limit || error == http::error::unexpected_body)
        return said(http::status::payload_too_large);
    const bool is_garbage = error.category() == make_error_code(http::error::bad_method).category();
    if (is_garbage && error != http::error::end_of_stream && error != http::error::partial_message)
        return said(http::status::bad_request);
    return std::nullopt;
}

Response response(HttpAnswer answer, bool head_only) {
    Response made(static_cast<http::status>(answer.status), 11);
    made.set(http::field::content_type, answer.type);
    made.set(http::field::cache_control, "no-store");
    if (made.result() == http::status::method_not_allowed)
        made.set(http::field::allow, "GET, HEAD");
    made.keep_alive(false);
    made.content_length(answer.body.size());
    if (!head_only) made.body() = std::move(answer.body);
    return made;
}

}  // namespace

struct HttpListener::State {
    State(asio::io_context& io, Handler its_handler, const HttpLimits& its_limits)
        : acceptor(io), handler(std::move(its_handler)), limits(its_limits) {}

    asio::basic_socket_acceptor<tcp, Executor> acceptor;
    Handler handler;
    HttpLimits limits;
    std::set<Stream*> open;
    bool closed = false;
};

namespace {

// A connection among those that are counted, for as long as it is there.
class Place {
 public:
    Place(std::set<Stream*>& open, Stream& stream) : open_(open), stream_(stream) {
        open_.insert(&stream_);
    }
    ~Place() { open_.erase(&stream_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

 private:
    std::set<Stream*>& open_;
    Stream& stream_;
};

HttpListener::Task<HttpAnswer> answer_to(const Parser::value_type& request,
                                         const HttpListener::Handler& handler) {
    if (request.method() != http::verb::get && request.method() != http::verb::head)
        co_return said(http::status::method_not_allowed);
    try {
        const auto target = request.target();
        co_return co_await handler(question_of({target.data(), target.size()}));
    } catch (const std::exception&) {
        co_return said(http::status::internal_server_error);
    }
}

template <class Shared>
HttpListener::Task<void> converse(std::shared_ptr<Shared> state, std::shared_ptr<Stream> stream) {
    const Place place(state->open, *stream);
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(state->limits.header));
    parser.body_limit(0);
    beast::flat_buffer buffer(state->limits.header);
    stream->expires_after(state->limits.read);
    const auto [unread, size] = co_await http::async_read(*stream, buffer, parser, as_tuple);
    std::optional<HttpAnswer> answer;
    if (unread)
        answer = objection_to(unread);
    else
        answer = co_await answer_to(parser.get(), state->handler);
    if (!answer || state->closed) co_return;
    const auto made = response(*std::move(answer), parser.get().method() == http::verb::head);
    stream->expires_after(state->limits.write);
    co_await http::async_write(*stream, made, as_tuple);
    error_code ignored;
    stream->socket().shutdown(tcp::socket::shutdown_both, ignored);
}

// What the system refuses (descriptors) is asked for again after a pause.
template <class Shared>
HttpListener::Task<void> accept_all(std::shared_ptr<Shared> state) {
    asio::basic_waitable_timer<std::chrono::steady_clock,
                               asio::wait_traits<std::chrono::steady_clock>, Executor>
        pause(state->acceptor.get_executor());
    while (!state->closed) {
        auto [error, socket] = co_await state->acceptor.async_accept(as_tuple);
        if (state->closed) co_return;
        if (error) {
            pause.expires_after(std::chrono::milliseconds(100));
            co_await pause.async_wait(as_tuple);
            continue;
        }
        if (state->open.size() >= state->limits.connections) continue;
        asio::co_spawn(state->acceptor.get_executor(),
                       converse(state, std::make_shared<Stream>(std::move(socket))),
                       asio::detached);
    }
}

}  // namespace

HttpListener::HttpListener(asio::io_context& io, std::string_view ip, std::uint16_t port,
                           Handler handler, const HttpLimits& limits)
    : state_(std::make_shared<State>(io, std::move(handler), limits)) {
    try {
        const tcp::endpoint endpoint(asio::ip::make_address(std::string(ip)), port);
        auto& acceptor = state_->acceptor;
        acceptor.open(endpoint.protocol());
        acceptor.set_option(asio::socket_base::reuse_address(true));
        acceptor.set_option(ReusePort(true));
        if (endpoint.protocol() == tcp::v6()) acceptor.set_option(asio::ip::v6_only(false));
        acceptor.bind(endpoint);
        acceptor.listen();
    } catch (const std::exception& error) {
        throw std::runtime_error(
            fmt::format("no HTTP listener at {} port {}: {}", ip, port, error.what()));
    }
    asio::co_spawn(io, accept_all(state_), asio::detached);
}

HttpListener::~HttpListener() {
    state_->closed = true;
    error_code ignored;
    state_->acceptor.close(ignored);
    for (auto* stream : state_->open)
        stream->close();
}

std::uint16_t HttpListener::port() const {
    return state_->acceptor.local_endpoint().port();
}

}  // namespace postern::observe
