#pragma once

#include <gtest/gtest.h>

#include "support/directory_host.hpp"
#include "support/fault_proxy.hpp"

namespace postern::test {

// A hundred of Dovecot's crowd at the same time, every third with a wrong password: each gets the
// answer to his own question.
void log_in_a_hundred(DirectoryHost& host);

// The same where `host` may have five connections; `server` counts them.
void expect_a_hundred_over_five(DirectoryHost& host, const auto& server) {
    log_in_a_hundred(host);
    EXPECT_LE(server.most_open(), 5U);
    EXPECT_GE(server.most_open(), 4U) << "it does use them";
}

// `host` asks through `proxy`, where preparing a connection costs so many round trips. Jane's login
// costs one more, and leaving another.
void expect_one_round_trip(DirectoryHost& host, const FaultProxy& proxy, std::size_t to_prepare);

}  // namespace postern::test
