#pragma once

#include "support/directory_host.hpp"
#include "support/fault_proxy.hpp"

namespace postern::test {

// `host` asks a Dovecot through `proxy`, and may have five connections. A hundred of its crowd log
// in at once, every third with a wrong password: each gets the answer to his own question.
void expect_a_hundred_over_five(DirectoryHost& host, const FaultProxy& proxy);

// Jane's login on a prepared connection costs one round trip.
void expect_one_round_trip(DirectoryHost& host, FaultProxy& proxy);

}  // namespace postern::test
