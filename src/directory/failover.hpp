// One question and several servers that could answer it, for backends that have more than one.
#pragma once

#include <fmt/format.h>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "identity/auth_result.hpp"
#include "net/within.hpp"

namespace postern::directory {

// Why an attempt came to nothing.
struct Failure {
    enum class Blame : std::uint8_t {
        perhaps_the_server,  // what it answers to others meanwhile speaks for it
        the_server,          // whatever else it answers, it cannot be asked
        the_question,        // no server was asked, and the next one would fare no better
    };
    std::string why;
    Blame blame = Blame::perhaps_the_server;
    bool may_count = true;  // Unavailable::may_count
};

// Of the exceptions that every backend knows; its own it looks for first.
Failure failure_of(const std::exception_ptr& thrown);

// What one attempt at one server tells about that server, also when the question is cut off from
// outside: a server that hangs may be noticed by that alone. Server: attempt_failed(begun, why).
template <class Server>
class Attempt {
 public:
    Attempt(Server& server, net::Clock::duration patience)
        : server_(server), begun_(net::Clock::now()), patience_(patience) {}
    ~Attempt() {
        const bool hangs = !concluded_ && net::Clock::now() - begun_ >= patience_;
        if (hangs) server_.attempt_failed(begun_, "no answer");
    }
    Attempt(const Attempt&) = delete;
    Attempt& operator=(const Attempt&) = delete;

    void answered() { concluded_ = true; }
    void failed(std::string_view why, bool is_certain) {
        concluded_ = true;
        server_.attempt_failed(is_certain ? net::Deadline::max() : begun_, why);
    }

 private:
    Server& server_;
    const net::Clock::time_point begun_;
    const net::Clock::duration patience_;
    bool concluded_ = false;
};

template <class Result>
bool blames_the_server(const Result& result) {
    const auto* unavailable = std::get_if<identity::Unavailable>(&result);
    return unavailable != nullptr && unavailable->scope == identity::Scope::directory;
}

// What was answered before the password was.
template <class Result>
Result not_counted(Result result) {
    if (auto* unavailable = std::get_if<identity::Unavailable>(&result))
        unavailable->may_count = false;
    return result;
}

// Asks the servers in this order until one of them answers; each gets an equal share of the time
// that is left, but for the last one: whoever asks (Timed) ends it at `deadline`.
// `question(server)` is a Task<Result>; `judge(exception_ptr)` a Failure; `nobody` the answer where
// there is no server. Server: attempt_failed, and text() for the log. What the arguments refer to
// lives until the answer. Throws nothing but a cancellation.
template <class Result, class Server, class Question, class Judge>
net::Task<Result> ask_in_turn(std::vector<std::shared_ptr<Server>> servers, net::Deadline deadline,
                              Result nobody, Question question, Judge judge) {
    Result result = not_counted(std::move(nobody));
    bool may_count = false;  // at one of them
    for (std::size_t tried = 0; tried < servers.size(); ++tried) {
        const auto& server = servers[tried];
        const auto now = net::Clock::now();
        const auto share = (deadline - now) / static_cast<int>(servers.size() - tried);
        if (share <= net::Clock::duration::zero()) break;
        Attempt attempt(*server, share / 2);
        std::exception_ptr thrown;
        try {
            const bool is_last = tried + 1 == servers.size();
            result = is_last ? co_await question(server)
                             : co_await net::within(now + share, question(server));
            attempt.answered();
        } catch (const std::exception&) {
            thrown = std::current_exception();
        }
        const auto state = co_await net::asio::this_coro::cancellation_state;
        if (state.cancelled() != net::asio::cancellation_type::none)
            throw boost::system::system_error(net::asio::error::operation_aborted);
        if (!thrown && !blames_the_server(result)) break;
        if (thrown) {
            const Failure failure = judge(thrown);
            if (failure.blame == Failure::Blame::the_question) {
                attempt.answered();
                result = identity::Unavailable{identity::Scope::question, failure.why, may_count};
                break;
            }
            attempt.failed(failure.why, failure.blame == Failure::Blame::the_server);
            result = identity::Unavailable{identity::Scope::directory,
                                           fmt::format("{}: {}", server->text(), failure.why),
                                           failure.may_count};
        }
        auto& unavailable = std::get<identity::Unavailable>(result);
        may_count |= unavailable.may_count;
        unavailable.may_count = may_count;
    }
    co_return result;
}

}  // namespace postern::directory
