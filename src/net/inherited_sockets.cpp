#include "net/inherited_sockets.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

namespace postern::net {
namespace {

constexpr int first_descriptor = 3;  // SD_LISTEN_FDS_START
constexpr int most = 1024;

int number_of(const char* variable) {
    const char* value = std::getenv(variable);
    const std::string_view text = value == nullptr ? "" : value;
    int number = 0;
    const auto [end, error] = std::from_chars(text.begin(), text.end(), number);
    return error == std::errc() && end == text.end() ? number : 0;
}

bool is_listening(int descriptor) {
    int accepts = 0;
    socklen_t size = sizeof accepts;
    return ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) == 0 &&
           accepts == 1;
}

std::optional<Endpoint> endpoint_of(int descriptor) {
    Endpoint endpoint;
    auto size = static_cast<socklen_t>(endpoint.capacity());
    if (::getsockname(descriptor, endpoint.data(), &size) != 0) return std::nullopt;
    const auto family = endpoint.data()->sa_family;
    if (family != AF_INET && family != AF_INET6) return std::nullopt;
    endpoint.resize(size);
    return endpoint;
}

}  // namespace

InheritedSockets InheritedSockets::of_environment() {
    InheritedSockets inherited;
    if (number_of("LISTEN_PID") != ::getpid()) return inherited;
    const int end = first_descriptor + std::min(number_of("LISTEN_FDS"), most);
    for (int descriptor = first_descriptor; descriptor < end; ++descriptor) {
        if (!is_listening(descriptor)) continue;
        ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
        if (const auto endpoint = endpoint_of(descriptor))
            inherited.sockets_.emplace_back(*endpoint, descriptor);
    }
    return inherited;
}

std::optional<int> InheritedSockets::duplicate(const Endpoint& endpoint) const {
    for (const auto& [bound, descriptor] : sockets_) {
        if (bound != endpoint) continue;
        const int copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
        if (copy >= 0) return copy;
    }
    return std::nullopt;
}

std::vector<Endpoint> InheritedSockets::endpoints() const {
    std::vector<Endpoint> all;
    for (const auto& [bound, ignored] : sockets_)
        all.push_back(bound);
    return all;
}

}  // namespace postern::net
