#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "directory/directory.hpp"
#include "observe/log.hpp"

namespace postern::directory {

// One configured directory as the rest of the program sees it: a stack of decorators around a backend, on a
// thread of its own, asked from any worker through net::ask. While that thread does not turn (a plugin blocks)
// every question is answered Unavailable without waiting for it.
class Service {
 public:
    using Build = std::function<std::unique_ptr<Directory>(asio::io_context&)>;

    // `build` is called here, before the thread starts. `timeout` is the same as Timed's.
    Service(std::string name, net::Clock::duration timeout, observe::Log& log, const Build& build);
    ~Service();  // abandons open questions and joins
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    // From a coroutine on any io_context. Never throws but for cancellation of the asker.
    net::Task<identity::AuthResult> authenticate(identity::Credentials credentials);
    net::Task<identity::LookupResult> lookup(identity::Login login);

    const std::string& name() const { return name_; }
    const Capabilities& capabilities() const { return capabilities_; }

 private:
    bool turns() const;
    net::Task<> keep_turning();

    std::string name_;
    net::Clock::duration timeout_;
    observe::Log& log_;
    asio::io_context io_{1};
    std::unique_ptr<Directory> directory_;
    Capabilities capabilities_;
    std::atomic<net::Clock::rep> last_turn_{0};
    std::thread thread_;
};

}  // namespace postern::directory
