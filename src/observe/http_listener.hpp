#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace postern::observe {

struct HttpQuestion {
    std::string path;   // "/metrics"
    std::string query;  // what stands behind the question mark
};

struct HttpAnswer {
    unsigned status = 200;
    std::string body;
    std::string type = "text/plain; charset=utf-8";
};

struct HttpLimits {
    std::size_t connections = 32;  // at a time; who comes then is closed on
    std::size_t header = 8 * 1024;
    std::chrono::milliseconds read = std::chrono::seconds(10);  // from accept to the whole question
    std::chrono::milliseconds write = std::chrono::seconds(10);  // the whole answer
};

// Answers GET and HEAD, one question a connection, on the thread of `io`. Nothing that comes in
// changes anything.
class HttpListener {
 public:
    template <class T>
    using Task = boost::asio::awaitable<T, boost::asio::io_context::executor_type>;
    // What it throws is a 500.
    using Handler = std::function<Task<HttpAnswer>(HttpQuestion)>;

    // `ip`: "127.0.0.1", "::1". Throws std::runtime_error when the address cannot be listened at.
    HttpListener(boost::asio::io_context& io, std::string_view ip, std::uint16_t port,
                 Handler handler, const HttpLimits& limits = {});
    ~HttpListener();  // closes the connections; answers under way come to nothing
    HttpListener(const HttpListener&) = delete;
    HttpListener& operator=(const HttpListener&) = delete;

    std::uint16_t port() const;

 private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace postern::observe
