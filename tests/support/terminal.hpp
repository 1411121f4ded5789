#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace postern::test {

// A terminal that a test types into and reads from; a Process gets its path.
class Terminal {
 public:
    Terminal();
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    const std::string& path() const { return path_; }
    void type(std::string_view keys) const;
    // Waits until that stands on the screen, behind what the last call has found; false: it does
    // not come.
    bool shows(std::string_view text, std::chrono::seconds patience = std::chrono::seconds(20));
    // All that was ever on it.
    const std::string& screen();
    bool echoes() const;  // what is typed

 private:
    void read();

    int master_, slave_;  // the second so that it stays when a program goes
    std::string path_, screen_;
    std::size_t seen_ = 0;
};

}  // namespace postern::test
