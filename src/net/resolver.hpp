#pragma once

#include <atomic>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/host_port.hpp"
#include "net/task.hpp"

namespace postern::net {

struct ResolvedHost {
    HostPort name;
    std::vector<asio::ip::tcp::endpoint>
        endpoints;  // empty: not resolved yet, or it does not exist
};

// Keeps the addresses of some hosts known, in the background, so that no session ever waits for
// DNS: sessions take a snapshot. Literal addresses are there from the start. A name is asked again
// every `refresh`; when that fails the old addresses stay and the next try backs off.
class BackgroundResolver {
 public:
    using Snapshot = std::shared_ptr<const std::vector<ResolvedHost>>;
    using Addresses = std::vector<asio::ip::address>;
    // Blocks until it knows; called on a thread of its own, at most once at a time for each name.
    // Nothing found, or no answer: empty.
    using Lookup = std::function<Addresses(const std::string& host)>;

    explicit BackgroundResolver(std::vector<HostPort> hosts,
                                Clock::duration refresh = std::chrono::seconds(60),
                                Lookup lookup = system_lookup);
    BackgroundResolver(const BackgroundResolver&) = delete;
    BackgroundResolver& operator=(const BackgroundResolver&) = delete;

    // Runs until cancelled; on the background io_context. A lookup that is under way then is left
    // to itself: getaddrinfo cannot be interrupted.
    Task<> run();

    // In the order of the hosts. Any thread.
    Snapshot snapshot() const;
    // When a first answer is in (or refused) for every host. Any thread.
    bool complete() const { return unanswered_ == 0; }

    // getaddrinfo.
    static Addresses system_lookup(const std::string& host);

 private:
    Task<> keep_from(std::size_t first);
    Task<> keep(std::size_t index);
    void publish(std::size_t index, const Addresses& addresses);

    const std::vector<HostPort> hosts_;
    const Clock::duration refresh_;
    const Lookup lookup_;
    std::atomic<std::size_t> unanswered_{0};
    // Not std::atomic<std::shared_ptr>: libstdc++ 12 unlocks its loads with too weak an order.
    mutable std::mutex mutex_;
    Snapshot snapshot_;
};

}  // namespace postern::net
