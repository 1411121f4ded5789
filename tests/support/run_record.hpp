// What the product has been seen to log and to show while the tests ran, for the last of them to
// compare with the catalogues (tests/observing/catalogue_test.py). Without the environment's
// TEST_RUN_RECORD, the folder for it, nothing is written. Any thread.
#pragma once

#include <string_view>

#include "observe/log.hpp"

namespace postern::test::run_record {

// The built gateway: every event of a log, in text or JSON (lines that are none are passed over),
// and every sample of a page /metrics.
void add_log(std::string_view log);
void add_metrics(std::string_view page);

// Its code inside a test: what that has told `log`, whose lines are `text`, and counted there.
void add_code(observe::Log& log, std::string_view text);

}  // namespace postern::test::run_record
