#include "net/resolver.hpp"

#include <netdb.h>

#include <algorithm>

#include "net/backoff.hpp"
#include "net/offload.hpp"
#include "net/within.hpp"

namespace postern::net {
namespace {

using Addresses = BackgroundResolver::Addresses;

std::optional<asio::ip::address> literal(const std::string& host) {
    boost::system::error_code error;
    auto address = asio::ip::make_address(host, error);
    if (error) return std::nullopt;
    return address;
}

Task<Addresses> look_up_quietly(BackgroundResolver::Lookup lookup, std::string host) {
    try {
        auto ask = [lookup = std::move(lookup), host = std::move(host)] { return lookup(host); };
        co_return co_await on_own_thread(std::move(ask));
    } catch (const std::exception&) {
        // No thread, no memory, no answer: there are no addresses now; the next try may find some.
        // A cancellation shows at the next wait.
    }
    co_return Addresses();
}

asio::ip::address address_of(const addrinfo& found) {
    if (found.ai_family == AF_INET6) {
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(found.ai_addr);
        asio::ip::address_v6::bytes_type octets;
        std::copy_n(v6->sin6_addr.s6_addr, octets.size(), octets.begin());
        return asio::ip::address_v6(octets, v6->sin6_scope_id);
    }
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(found.ai_addr);
    return asio::ip::address_v4(ntohl(v4->sin_addr.s_addr));
}

}  // namespace

BackgroundResolver::BackgroundResolver(std::vector<HostPort> hosts, Clock::duration refresh,
                                       Lookup lookup)
    : hosts_(std::move(hosts)), refresh_(refresh), lookup_(std::move(lookup)) {
    std::vector<ResolvedHost> known;
    for (const HostPort& host : hosts_) {
        const auto address = literal(host.host);
        known.push_back({host, {}});
        if (address)
            known.back().endpoints.emplace_back(*address, host.port);
        else
            ++unanswered_;
    }
    snapshot_ = std::make_shared<const std::vector<ResolvedHost>>(std::move(known));
}

BackgroundResolver::Snapshot BackgroundResolver::snapshot() const {
    const std::lock_guard lock(mutex_);
    return snapshot_;
}

Task<> BackgroundResolver::run() {
    return keep_from(0);
}

// All hosts from `first` on, side by side.
Task<> BackgroundResolver::keep_from(std::size_t first) {
    if (first == hosts_.size()) co_return co_await sleep_until(Deadline::max());
    co_await both(keep(first), keep_from(first + 1));
}

Task<> BackgroundResolver::keep(std::size_t index) {
    const std::string& host = hosts_[index].host;
    if (literal(host)) co_return;
    Backoff backoff(std::chrono::seconds(1),
                    std::chrono::duration_cast<Backoff::Duration>(refresh_));
    for (bool first = true;; first = false) {
        const Addresses addresses = co_await look_up_quietly(lookup_, host);
        const auto state = co_await asio::this_coro::cancellation_state;
        const bool cancelled = state.cancelled() != asio::cancellation_type::none;
        if (!addresses.empty()) publish(index, addresses);
        if (first && !cancelled) --unanswered_;
        if (addresses.empty()) {
            co_await sleep_for(backoff.next());
        } else {
            backoff.reset();
            co_await sleep_for(refresh_);
        }
    }
}

void BackgroundResolver::publish(std::size_t index, const Addresses& addresses) {
    std::vector<asio::ip::tcp::endpoint> endpoints;
    for (const auto& address : addresses) {
        const asio::ip::tcp::endpoint endpoint(address, hosts_[index].port);
        if (std::ranges::find(endpoints, endpoint) == endpoints.end())
            endpoints.push_back(endpoint);
    }
    const std::lock_guard lock(mutex_);
    auto known = std::make_shared<std::vector<ResolvedHost>>(*snapshot_);
    (*known)[index].endpoints = std::move(endpoints);
    snapshot_ = std::move(known);
}

BackgroundResolver::Addresses BackgroundResolver::system_lookup(const std::string& host) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    if (::getaddrinfo(host.c_str(), nullptr, &hints, &list) != 0) return {};
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, ::freeaddrinfo);
    Addresses addresses;
    for (const addrinfo* each = list; each != nullptr; each = each->ai_next)
        if (each->ai_family == AF_INET || each->ai_family == AF_INET6)
            addresses.push_back(address_of(*each));
    return addresses;
}

}  // namespace postern::net
