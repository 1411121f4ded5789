#pragma once

#include <chrono>
#include <string>

namespace postern::session {

// RFC 5322 3.3, in UTC: "Sat, 21 Nov 2026 07:00:00 +0000".
std::string message_date(std::chrono::system_clock::time_point time);

}  // namespace postern::session
