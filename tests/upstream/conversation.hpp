#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <csignal>
#include <exception>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "observe/log.hpp"
#include "upstream/next_hop.hpp"

namespace postern::test {

// As the program does: a peer that hangs up is an error code.
inline const auto sigpipe_is_ignored = std::signal(SIGPIPE, SIG_IGN);

// What was logged, to be asked for; any thread.
class CapturedLog : public observe::Log {
 public:
    std::string text() const {
        const std::lock_guard lock(mutex_);
        return text_;
    }
    std::size_t count(std::string_view word) const {
        const auto all = text();
        std::size_t found = 0;
        for (auto at = all.find(word); at != std::string::npos; at = all.find(word, at + 1))
            ++found;
        return found;
    }

 private:
    void line(observe::Level, const std::string& each) override {
        const std::lock_guard lock(mutex_);
        text_ += each + "\n";
    }
    mutable std::mutex mutex_;
    std::string text_;
};

// Runs a coroutine to its end on an io_context of its own. When it has ended nothing else may be
// left to wait for: what hangs or leaks a timer fails the test.
template <class T>
T run(net::Task<T> task) {
    net::asio::io_context io(1);
    std::optional<T> result;
    std::exception_ptr failure;
    net::asio::co_spawn(io, std::move(task), [&](std::exception_ptr error, T value) {
        failure = error;
        result = std::move(value);
    });
    io.run_for(std::chrono::seconds(30));
    if (!io.stopped()) throw std::runtime_error("something hangs");
    if (failure) std::rethrow_exception(failure);
    return std::move(*result);
}

inline int run(net::Task<> task) {
    const auto wrapped = [](net::Task<> inner) -> net::Task<int> {
        co_await std::move(inner);
        co_return 0;
    };
    return run(wrapped(std::move(task)));
}

smtp::Mail mail_from(std::string_view address);
smtp::Rcpt rcpt_to(std::string_view address);
upstream::ClientIdentity jane();

// A message as a session would relay it.
struct Letter {
    smtp::Mail mail = mail_from("jane@example.org");
    std::vector<smtp::Rcpt> recipients{rcpt_to("a@example.com"), rcpt_to("b@example.com")};
    std::vector<std::string> pieces{"Subject: hello\r\n", "\r\n..dot\r\nend\r\n"};
};

// What the client of that session would have heard.
struct Heard {
    std::vector<smtp::Reply> replies;  // to MAIL, each RCPT, and the message, as far as it came
    bool delivered = false;            // the message was acknowledged

    int code(std::size_t i) const { return i < replies.size() ? replies[i].code : 0; }
    std::string text() const;
};

// One transaction on an open connection; given up when no recipient is left.
net::Task<Heard> transact(upstream::Connection& connection, Letter letter);
// Opens, transacts, quits. A refused `open` is the reply to MAIL.
net::Task<Heard> deliver(upstream::NextHop& hop, Letter letter);

}  // namespace postern::test
