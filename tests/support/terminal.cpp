#include "support/terminal.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <system_error>

#include "support/eventually.hpp"

namespace postern::test {

Terminal::Terminal() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)) {
    if (master_ < 0 || ::grantpt(master_) != 0 || ::unlockpt(master_) != 0)
        throw std::system_error(errno, std::generic_category(), "a terminal");
    std::array<char, 64> name{};
    if (::ptsname_r(master_, name.data(), name.size()) != 0)
        throw std::system_error(errno, std::generic_category(), "ptsname_r");
    path_ = name.data();
    slave_ = ::open(path_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
}

Terminal::~Terminal() {
    ::close(slave_);
    ::close(master_);
}

void Terminal::type(std::string_view keys) const {
    const auto written = ::write(master_, keys.data(), keys.size());
    if (written != static_cast<ssize_t>(keys.size())) throw std::runtime_error("it was not typed");
}

void Terminal::read() {
    std::array<char, 4096> buffer;
    for (ssize_t got = 0; (got = ::read(master_, buffer.data(), buffer.size())) > 0;)
        screen_.append(buffer.data(), static_cast<std::size_t>(got));
}

bool Terminal::shows(std::string_view text, std::chrono::seconds patience) {
    const auto found = [&] { return screen().find(text, seen_); };
    if (!eventually([&] { return found() != std::string::npos; }, patience)) return false;
    seen_ = found() + text.size();
    return true;
}

const std::string& Terminal::screen() {
    read();
    return screen_;
}

bool Terminal::echoes() const {
    termios now{};
    ::tcgetattr(slave_, &now);
    return (now.c_lflag & static_cast<tcflag_t>(ECHO)) != 0;
}

}  // namespace postern::test
