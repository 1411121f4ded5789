#include "cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <string>

namespace postern::cli {

Progress::Progress() : is_terminal_(::isatty(STDERR_FILENO) != 0) {}

void Progress::show(std::optional<unsigned> percent, std::size_t done) {
    if (!is_terminal_) return;
    std::cerr << (percent
                      ? fmt::format("\r[{:<50}] {:3} %", std::string(*percent / 2, '#'), *percent)
                      : fmt::format("\r{} accounts", done))
              << std::flush;
    is_shown_ = true;
}

void Progress::step_aside() {
    if (is_shown_) std::cerr << "\n";
    is_shown_ = false;
}

}  // namespace postern::cli
