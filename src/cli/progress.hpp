#pragma once

#include <cstddef>
#include <optional>

namespace postern::cli {

// A line at the foot of the terminal (standard error) that tells how far something has come;
// nothing elsewhere.
class Progress {
 public:
    Progress();
    ~Progress() { step_aside(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    // A bar where a percentage is known, else how many are `done`.
    void show(std::optional<unsigned> percent, std::size_t done);
    // Before somebody else writes a line.
    void step_aside();

 private:
    const bool is_terminal_;
    bool is_shown_ = false;
};

}  // namespace postern::cli
