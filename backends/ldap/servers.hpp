#pragma once

#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "ldap/server.hpp"
#include "net/srv.hpp"

namespace postern::ldap {

// The servers of one directory: those of the settings, or those that the DNS has for a service,
// asked again every now and then.
class Servers : public std::enable_shared_from_this<Servers> {
 public:
    using ServerPtr = std::shared_ptr<Server>;
    // Blocks until it knows; called on a thread of its own.
    using Lookup = std::function<std::vector<net::SrvRecord>(const std::string& name)>;

    Servers(std::shared_ptr<const Settings> settings, std::string directory, observe::Log& log,
            net::Executor executor, Lookup lookup = net::look_up_srv);
    void start();
    // Nothing is asked any more; what was spawned ends by itself.
    void close();

    // Those that are up, the one that is to be asked first in front. Waits for the DNS only as long
    // as it has never answered, and throws then when the coroutine is cancelled.
    net::Task<std::vector<ServerPtr>> candidates();
    // All of them, for who looks at each.
    net::Task<std::vector<ServerPtr>> all();

 private:
    static net::Task<> discover(std::shared_ptr<Servers> self);
    void take(const std::vector<ServerAddress>& addresses);

    std::shared_ptr<const Settings> settings_;
    std::string directory_;
    observe::Log& log_;
    net::Executor executor_;
    Lookup lookup_;
    net::Timer pause_;
    std::minstd_rand random_{std::random_device{}()};
    std::vector<ServerPtr> servers_;
    std::size_t turn_ = 0;  // of the server that is asked first, with round-robin
    bool known_ = false, closed_ = false;
};

}  // namespace postern::ldap
