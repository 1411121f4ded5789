// What the benchmarks of the backends share: how many logins a second a directory proves, and how a
// benchmark runs.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>
#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>

#include "support/directory_host.hpp"
#include "support/fake_directory.hpp"

namespace postern::bench {

using Clock = std::chrono::steady_clock;

struct Crowd {
    int people = 0;
    std::function<std::string(int)> name, password;  // of one, counted from 1
};

struct Load {
    int logins = 0;
    int askers = 0;  // at the same time
};

inline double per_second(int logins, Clock::time_point begun) {
    return logins / std::chrono::duration<double>(Clock::now() - begun).count();
}

inline net::Task<> log_in(directory::Service& service, const Crowd& crowd, int logins, int& next,
                          int& wrong) {
    while (next < logins) {
        const int number = next++ % crowd.people + 1;
        const auto name = crowd.name(number);
        const auto answer =
            co_await service.authenticate(test::credentials(name, crowd.password(number)));
        const auto* accepted = std::get_if<identity::Accepted>(&answer);
        if (accepted == nullptr || accepted->principal.name != name) ++wrong;
    }
}

inline double logins_per_second(directory::Service& service, const Crowd& crowd, Load load) {
    net::asio::io_context io(1);
    int next = 0, wrong = 0;
    const auto begun = Clock::now();
    for (int i = 0; i < load.askers; ++i)
        net::asio::co_spawn(io, log_in(service, crowd, load.logins, next, wrong),
                            net::asio::detached);
    io.run();
    if (wrong > 0) throw std::runtime_error(std::to_string(wrong) + " wrong answers");
    return per_second(load.logins, begun);
}

inline int run(void (*benchmark)()) {
    try {
        benchmark();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}

}  // namespace postern::bench
