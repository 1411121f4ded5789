#include "cli/password_prompt.hpp"

#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <iostream>

namespace postern::cli {

namespace {

termios as_it_was;  // for the signal handler

void restore_and_die(int signal) {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &as_it_was);
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

// No echo while a password is typed, and the terminal as it was afterwards, whatever happens.
class Silence {
 public:
    Silence() {
        ::tcgetattr(STDIN_FILENO, &as_it_was);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
            std::signal(signal, restore_and_die);
        termios quiet = as_it_was;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    ~Silence() {
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &as_it_was);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
            std::signal(signal, SIG_DFL);
    }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;
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

std::optional<crypto::Secret> read_new_password() {
    auto password = read_password("New password: ");
    if (!password || ::isatty(STDIN_FILENO) == 0) return password;
    const auto again = read_password("Once more: ");
    if (!again) return std::nullopt;
    if (crypto::constant_time_equal(password->reveal(), again->reveal())) return password;
    std::cerr << "these are two different passwords\n";
    return std::nullopt;
}

}  // namespace postern::cli
