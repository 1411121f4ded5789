#include "ldap/servers.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "net/backoff.hpp"
#include "net/offload.hpp"
#include "observe/events.hpp"

namespace postern::ldap {

namespace asio = net::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto asked_again_after = 5min;

}  // namespace

Servers::Servers(std::shared_ptr<const Settings> settings, std::string directory, observe::Log& log,
                 net::Executor executor, Lookup lookup)
    : settings_(std::move(settings)),
      directory_(std::move(directory)),
      log_(log),
      executor_(executor),
      lookup_(std::move(lookup)),
      pause_(executor) {}

void Servers::start() {
    if (settings_->srv.empty()) return take(settings_->servers);
    auto ended = [self = shared_from_this()](const std::exception_ptr& failure) {
        if (self->closed_ || failure == nullptr) return;
        self->log_.write(observe::events::directory_fault,
                         {{"directory", self->directory_}, {"why", observe::words_of(failure)}});
    };
    asio::co_spawn(executor_, discover(shared_from_this()), std::move(ended));
}

void Servers::close() {
    closed_ = true;
    pause_.cancel();
    for (const auto& server : servers_)
        server->close();
    servers_.clear();
}

net::Task<> Servers::discover(std::shared_ptr<Servers> self) {
    net::Backoff backoff(1s, 1min);
    while (!self->closed_) {
        const auto ask = [lookup = self->lookup_, name = self->settings_->srv] {
            return lookup(name);
        };
        std::vector<net::SrvRecord> records;
        try {
            records = co_await net::on_own_thread(ask);
        } catch (const std::exception&) {  // no thread, no memory: the next try may have some
        }
        if (self->closed_) co_return;
        const bool found = !records.empty();
        std::vector<ServerAddress> addresses;
        for (auto& target : net::in_order(std::move(records), self->random_))
            addresses.push_back({self->settings_->srv_scheme, std::move(target), ""});
        // Who has been found stays when the DNS fails.
        if (found || !self->known_) self->take(addresses);
        if (found) backoff.reset();
        self->pause_.expires_after(found ? asked_again_after : backoff.next());
        co_await self->pause_.async_wait(asio::as_tuple(net::use_task));
    }
}

// Servers that are known already keep their connections.
void Servers::take(const std::vector<ServerAddress>& addresses) {
    auto before = std::exchange(servers_, {});
    for (const auto& address : addresses) {
        const auto known = std::ranges::find_if(
            before, [&](const ServerPtr& each) { return each->address() == address; });
        if (known != before.end()) {
            servers_.push_back(std::move(*known));
            before.erase(known);
            continue;
        }
        servers_.push_back(
            std::make_shared<Server>(settings_, address, directory_, log_, executor_));
        servers_.back()->start();
    }
    for (const auto& gone : before)
        gone->close();
    known_ = true;
}

net::Task<std::vector<Servers::ServerPtr>> Servers::all() {
    while (!known_)
        co_await net::sleep_for(10ms);
    co_return servers_;
}

net::Task<std::vector<Servers::ServerPtr>> Servers::candidates() {
    auto all = co_await this->all();
    if (settings_->round_robin && !all.empty())
        std::ranges::rotate(all, all.begin() + static_cast<std::ptrdiff_t>(turn_++ % all.size()));
    std::erase_if(all, [](const auto& server) { return !server->is_up(); });
    std::ranges::partition(all, [](const auto& server) { return !server->is_suspect(); });
    co_return all;
}

}  // namespace postern::ldap
