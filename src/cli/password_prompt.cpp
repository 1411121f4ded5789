#include "cli/password_prompt.hpp"

#include <termios.h>
#include <unistd.h>

#include <iostream>

namespace postern::cli {

namespace {

// No echo while a password is typed, and the terminal as it was afterwards, whatever happens.
class Silence {
 public:
    Silence() {
        ::tcgetattr(STDIN_FILENO, &before_);
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    ~Silence() { ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;

 private:
    termios before_{};
};

}  // namespace

std::optional<crypto::Secret> read_password(const std::string& prompt) {
    std::string line;
    bool read = false;
    if (::isatty(STDIN_FILENO) != 0) {
        std::cerr << prompt << std::flush;
        const Silence silence;
        read = static_cast<bool>(std::getline(std::cin, line));
        std::cerr << "\n";
    } else {
        read = static_cast<bool>(std::getline(std::cin, line));
    }
    if (read && !line.empty()) return crypto::Secret::take(line);
    std::cerr << "there is no password: it is typed, or the first line of standard input\n";
    return std::nullopt;
}

}  // namespace postern::cli
