#pragma once

#include <string>
#include <string_view>

#include "app/generation.hpp"
#include "net/task.hpp"

namespace postern::app {

// What the management socket is asked, and its answer: an object with "directories", or "limits"
// (false: none are set), or "error". On the thread of Foundation::background.
net::Task<std::string> answer_request(std::string_view request, const Generation& generation);

}  // namespace postern::app
