#include "support/notify_socket.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <system_error>

namespace postern::test {

NotifySocket::NotifySocket(bool in_the_abstract_namespace)
    : name_(in_the_abstract_namespace ? fmt::format("@postern-test-{}", ::getpid())
                                      : (directory_ / "notify").string()),
      fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name_.data(), name_.size());
    if (in_the_abstract_namespace) address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
    if (::bind(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0)
        throw std::system_error(errno, std::generic_category(), name_);
}

NotifySocket::~NotifySocket() {
    ::close(fd_);
}

std::string NotifySocket::next(std::chrono::milliseconds patience) const {
    pollfd readable{.fd = fd_, .events = POLLIN, .revents = 0};
    if (::poll(&readable, 1, static_cast<int>(patience.count())) != 1) return "";
    std::array<char, 4096> message;
    const auto size = ::recv(fd_, message.data(), message.size(), 0);
    return size < 0 ? "" : std::string(message.data(), static_cast<std::size_t>(size));
}

std::string NotifySocket::next_of(const std::string& beginning) const {
    for (;;) {
        auto message = next();
        if (message.empty() || message.starts_with(beginning)) return message;
    }
}

}  // namespace postern::test
