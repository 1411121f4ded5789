#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <exception>

#include "bench/load_session.hpp"
#include "bench/options.hpp"
#include "bench/statistics.hpp"
#include "support/process.hpp"

namespace postern::bench {
namespace {

using net::Task;

std::string message_of(const Options& options) {
    auto message = fmt::format(
        "From: {}\r\nTo: {}\r\nSubject: load\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n"
        "Message-ID: <load@load.example>\r\n\r\n",
        options.sender, options.recipient);
    while (message.size() < options.size)
        message += std::string(76, 'x') + "\r\n";
    return message + ".\r\n";
}

// `concurrency` coroutines share the sessions: each takes the next number until all have been given
// out.
class Load {
 public:
    Load(const Options& options, Statistics& statistics)
        : options_(options),
          statistics_(statistics),
          tls_(net::TlsContext::client({.allow_invalid_certs = true})),
          message_(message_of(options)) {}

    // Runs so many to their end; false when the deadline came first.
    bool run(std::size_t sessions, std::chrono::steady_clock::time_point deadline) {
        net::asio::io_context context(1);
        return share(context, sessions, deadline, &Load::work);
    }

    // Opens them all and keeps them until `release`, which comes before the end of `context`.
    bool hold(net::asio::io_context& context, std::chrono::steady_clock::time_point deadline) {
        return share(context, options_.sessions, deadline, &Load::open);
    }

    void release() { held_.clear(); }

 private:
    bool share(net::asio::io_context& context, std::size_t sessions,
               std::chrono::steady_clock::time_point deadline, Task<> (Load::*part)()) {
        next_ = 0;
        sessions_ = sessions;
        const auto coroutines = std::min(options_.concurrency, sessions);
        // Not "until nothing is left to do": open streams have timers.
        auto running = coroutines;
        for (std::size_t i = 0; i < coroutines; ++i) {
            net::asio::co_spawn(context.get_executor(), (this->*part)(),
                                [&context, &running](std::exception_ptr failure) {
                                    if (failure) std::rethrow_exception(failure);
                                    if (--running == 0) context.stop();
                                });
        }
        context.run_until(deadline);
        return running == 0;
    }

    Task<> work() {
        while (next_ < sessions_) {
            const auto number = next_++;
            try {
                LoadSession session(options_, tls_, statistics_, number);
                co_await session.open();
                for (std::size_t i = 0; i < options_.messages; ++i)
                    co_await session.send_message(message_);
                co_await session.quit();
                statistics_.succeeded();
            } catch (const boost::system::system_error& failure) {
                statistics_.failed(failure.code().message());
            } catch (const std::exception& failure) {
                statistics_.failed(failure.what());
            }
        }
    }

    Task<> open() {
        while (next_ < sessions_) {
            auto& session = held_.emplace_back(options_, tls_, statistics_, next_++);
            try {
                co_await session.open();
                statistics_.succeeded();
            } catch (const boost::system::system_error& failure) {
                statistics_.failed(failure.code().message());
            } catch (const std::exception& failure) {
                statistics_.failed(failure.what());
            }
        }
    }

    const Options& options_;
    Statistics& statistics_;
    std::shared_ptr<const net::TlsContext> tls_;
    std::string message_;
    std::deque<LoadSession> held_;
    std::size_t next_ = 0, sessions_ = 0;
};

// Every connection is a descriptor.
void allow_many_descriptors() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

void wait_for_end_of_input() {
    char ignored[256];
    while (::read(STDIN_FILENO, ignored, sizeof ignored) > 0) {
    }
}

double seconds_since(std::chrono::steady_clock::time_point began) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

void print(const Options& options, Statistics& statistics, const Report& report) {
    fmt::print("{}", options.json ? as_json(statistics, report) : as_text(statistics, report));
    std::fflush(stdout);
}

// Memory per connection is what the gateway has more with all of them open than with none.
bool hold(const Options& options, Load& load, Statistics& statistics,
          std::chrono::steady_clock::time_point deadline) {
    Report report;
    net::asio::io_context context(1);
    const auto began = std::chrono::steady_clock::now();
    const auto before = options.pid ? test::usage(options.pid) : test::Usage{};
    const bool all = load.hold(context, deadline);
    report.seconds = seconds_since(began);
    if (options.pid) {
        const auto after = test::usage(options.pid);
        report.cpu_milliseconds = static_cast<double>((after.cpu - before.cpu).count());
        report.kibioctets_per_connection =
            (static_cast<double>(after.proportional) - static_cast<double>(before.proportional)) /
            1024 / static_cast<double>(options.sessions);
    }
    print(options, statistics, report);
    wait_for_end_of_input();
    load.release();
    return all;
}

bool sessions(const Options& options, Load& load, Statistics& statistics,
              std::chrono::steady_clock::time_point deadline) {
    Report report;
    const auto began = std::chrono::steady_clock::now();
    const auto before = options.pid ? test::usage(options.pid) : test::Usage{};
    const bool all = load.run(options.sessions, deadline);
    report.seconds = seconds_since(began);
    if (options.pid) {
        const auto used = test::usage(options.pid).cpu - before.cpu;
        report.cpu_milliseconds = static_cast<double>(used.count());
    }
    print(options, statistics, report);
    return all;
}

int run(const Options& options) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(options.deadline);
    if (options.warm_up > 0) {
        Statistics uncounted;
        Load(options, uncounted).run(options.warm_up, deadline);
    }
    Statistics statistics;
    Load load(options, statistics);
    const bool all = options.hold ? hold(options, load, statistics, deadline)
                                  : sessions(options, load, statistics, deadline);
    if (!all) fmt::print(stderr, "the deadline came before the end\n");
    return all && statistics.errors() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace postern::bench

int main(int count, char** arguments) {
    ::signal(SIGPIPE, SIG_IGN);
    postern::bench::allow_many_descriptors();
    return postern::bench::run(postern::bench::parse_options(count, arguments));
}
