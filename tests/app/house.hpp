#pragma once

#include <memory>

#include "app/generation.hpp"
#include "support/session_host.hpp"

namespace postern::app {

// What outlives reloads, for a test.
struct House {
    net::asio::io_context io{1};
    test::CapturedLog log;
    crypto::HashPool hash_pool{{}};
    net::BlockingPool files{1, 16};
    std::atomic<bool> draining{false};
    ServiceThreads services;

    Foundation foundation() {
        return {io, log, hash_pool, files, std::make_shared<net::TicketKeys>(), draining, services};
    }
};

}  // namespace postern::app
