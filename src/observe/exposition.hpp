#pragma once

#include <string>
#include <vector>

#include "observe/registry.hpp"

namespace postern::observe {

// The samples in Prometheus' text format.
std::string exposition(const std::vector<Sample>& samples);
inline constexpr const char* exposition_type = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace postern::observe
