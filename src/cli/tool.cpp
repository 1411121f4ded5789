#include "cli/tool.hpp"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <iostream>

#include "app/application.hpp"

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

Tool::Tool(const std::vector<std::string>& config_files) {
    auto document = config::Document::load(config_files);
    generation_ = app::Generation::build(
        document, {io_, log_, hash_pool_, files_, std::make_shared<net::TicketKeys>(), draining_});
    if (!generation_) app::report(document.problems());
}

directory::Service* Tool::directory(const std::string& name) const {
    const auto& directories = generation_->environment->directories;
    if (name.empty() && directories.size() == 1) return directories.begin()->second.get();
    if (const auto found = directories.find(name); found != directories.end())
        return found->second.get();
    std::string names;
    for (const auto& [each, ignored] : directories)
        names += (names.empty() ? "" : ", ") + each;
    std::cerr << (name.empty() ? "which directory? " : "there is no directory \"" + name + "\"; ")
              << "--directory takes one of: " << (names.empty() ? "none is configured" : names)
              << "\n";
    return nullptr;
}

crypto::Secret read_password(const std::string& prompt) {
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
    if (!read || line.empty())
        throw std::runtime_error("no password: it is the first line of standard input");
    return crypto::Secret::take(line);
}

}  // namespace postern::cli
