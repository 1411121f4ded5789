#include "support/listening_sockets.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <system_error>

namespace postern::test {
namespace {

constexpr int above_what_is_inherited = 200;

void must(int result, const char* what) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

ListeningSockets::ListeningSockets(const std::vector<std::uint16_t>& ports) {
    for (const auto port : ports) {
        const int opened = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        must(opened, "socket");
        const int fd = ::fcntl(opened, F_DUPFD_CLOEXEC, above_what_is_inherited);
        ::close(opened);
        descriptors_.push_back(fd);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        must(::bind(fd, reinterpret_cast<sockaddr*>(&address), size), "bind");
        must(::listen(fd, 1024), "listen");
        must(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
        ports_.push_back(ntohs(address.sin_port));
    }
}

ListeningSockets::~ListeningSockets() {
    for (const int fd : descriptors_)
        ::close(fd);
}

// Only the program's own process knows its LISTEN_PID.
Command ListeningSockets::given_to(Command command) const {
    command.arguments.insert(command.arguments.begin(),
                             {"sh", "-c", "LISTEN_PID=$$ exec \"$0\" \"$@\""});
    command.environment["LISTEN_FDS"] = std::to_string(descriptors_.size());
    auto& numbers = command.environment["LISTEN_DESCRIPTORS"];
    for (const int fd : descriptors_)
        numbers += std::to_string(fd) + " ";
    return command;
}

}  // namespace postern::test
