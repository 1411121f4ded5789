#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "observe/events.hpp"
#include "remote/server.hpp"

// What a Server is connected by; server.cpp tells when it is up and what is asked.
namespace postern::remote {

namespace asio = net::asio;
namespace events = observe::events;
using boost::system::system_error;
using namespace std::chrono_literals;

net::Task<std::unique_ptr<Connection>> Server::connect() {
    auto security = settings_->security;
    if (security.name.empty()) security.name = address_.host;
    auto found = co_await endpoints();
    std::exception_ptr failure;
    try {
        auto connection = co_await Connection::open(std::move(found), settings_->connect_patience(),
                                                    std::move(security), settings_->protocol());
        heard_ = std::max(heard_, connection->heard());
        co_return connection;
    } catch (const Farewell& farewell) {
        if (!farewell.too_many()) throw Refused(farewell.what());
        heard_ = net::Clock::now();
        slow_down(farewell.what());
        failure = std::current_exception();
    }
    std::rethrow_exception(failure);
}

net::Task<std::vector<net::Endpoint>> Server::endpoints() {
    while (!resolver_.complete())
        co_await net::sleep_for(10ms);
    auto found = resolver_.snapshot()->front().endpoints;
    if (found.empty()) throw system_error(asio::error::host_not_found);
    co_return found;
}

void Server::log_step(net::Clock::time_point begun, const std::string& method,
                      const std::string& login, bool was_ready, const Judgement& judgement) const {
    if (!log_.writes(events::directory_step)) return;
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(net::Clock::now() - begun);
    std::string result = "success";
    if (const auto* unavailable = std::get_if<identity::Unavailable>(&judgement.verdict))
        result = unavailable->why;
    if (const auto* reason = std::get_if<identity::Reason>(&judgement.verdict))
        result = to_string(*reason);
    log_.write(events::directory_step, {{"directory", directory_},
                                        {"server", text()},
                                        {"step", method},
                                        {"login", login},
                                        {"connection", was_ready ? "prepared" : "new"},
                                        {"result", result},
                                        {"us", took.count()}});
}

}  // namespace postern::remote
