#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace postern::directory {

// One thing that an operator should know about a directory before anybody logs in.
struct Finding {
    enum class Kind : std::uint8_t { good, warning, fault };
    Kind kind = Kind::fault;
    std::string sentence;
    std::string setting = {};  // whose fault it is: "query.emails" below the directory's section
};
using Findings = std::vector<Finding>;

}  // namespace postern::directory
