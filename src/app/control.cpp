#include "app/control.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <filesystem>
#include <stdexcept>

#include "app/control_requests.hpp"
#include "net/within.hpp"

namespace postern::app {

namespace {

namespace asio = net::asio;
using namespace std::chrono_literals;

constexpr std::size_t longest_request = 4096;
constexpr auto patience = 60s;
constexpr auto between_looks = 1s;  // whether the socket is still there

std::uint64_t inode_of(const std::string& path) {
    struct stat found{};
    return ::lstat(path.c_str(), &found) == 0 ? found.st_ino : 0;
}

[[noreturn]] void fail(const std::string& path, const std::string& why) {
    throw std::runtime_error(fmt::format("no management socket at {}: {}", path, why));
}

}  // namespace

Control::Control(asio::io_context& io, std::string path, Current current)
    : path_(std::move(path)), current_(std::move(current)), acceptor_(io) {
    open();
}

// Under a name of its own first: whoever looks at `path` finds a socket that answers.
void Control::open() {
    // Below /run nothing outlives the machine's last start. What is wrong with it, `bind` tells.
    std::error_code ignored;
    const auto folder = std::filesystem::path(path_).parent_path();
    if (std::filesystem::create_directory(folder, ignored))
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
    const auto own_name = fmt::format("{}.{}", path_, ::getpid());
    ::unlink(own_name.c_str());
    try {
        acceptor_.open(Protocol());
        // The mode of the file that `bind` makes.
        if (::fchmod(acceptor_.native_handle(), S_IRUSR | S_IWUSR) != 0)
            throw std::system_error(errno, std::generic_category());
        acceptor_.bind(Protocol::endpoint(own_name));
        acceptor_.listen();
    } catch (const std::exception& error) {
        ::unlink(own_name.c_str());
        fail(path_, error.what());
    }
    inode_ = inode_of(own_name);
    if (std::rename(own_name.c_str(), path_.c_str()) == 0) return;
    const auto why = std::generic_category().message(errno);
    ::unlink(own_name.c_str());
    fail(path_, why);
}

Control::~Control() {
    if (inode_of(path_) == inode_) ::unlink(path_.c_str());
    boost::system::error_code ignored;
    for (auto* socket : *open_)
        socket->close(ignored);
}

net::Task<> Control::serve() {
    return net::both(accept(), watch());
}

net::Task<> Control::watch() {
    for (;;) {
        co_await net::sleep_for(between_looks);
        if (inode_of(path_) != 0) continue;
        acceptor_.close();
        open();
    }
}

net::Task<> Control::accept() {
    while (true) {
        auto [error, socket] = co_await acceptor_.async_accept(asio::as_tuple(net::use_task));
        if (error) {  // closed by `watch`, or the system has no more descriptors
            co_await net::sleep_for(100ms);
            continue;
        }
        auto shared = std::make_shared<Socket>(std::move(socket));
        asio::co_spawn(shared->get_executor(),
                       net::within(net::Clock::now() + patience, converse(open_, shared, current_)),
                       asio::detached);
    }
}

// Whoever is too slow, or gone, is nobody's loss.
net::Task<> Control::converse(std::shared_ptr<Open> open, std::shared_ptr<Socket> socket,
                              Current current) {
    open->insert(socket.get());
    const auto forget = [&open](Socket* gone) { open->erase(gone); };
    const std::unique_ptr<Socket, decltype(forget)> at_end(socket.get(), forget);
    std::string request;
    const auto [unread, size] =
        co_await asio::async_read_until(*socket, asio::dynamic_buffer(request, longest_request),
                                        '\n', asio::as_tuple(net::use_task));
    if (unread) co_return;
    request.resize(size);
    auto generation = current();
    if (!generation) co_return;
    auto answer = co_await answer_request(request, *generation);
    answer += '\n';
    co_await asio::async_write(*socket, asio::buffer(answer), asio::as_tuple(net::use_task));
}

}  // namespace postern::app
