#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace postern::app {

// What systemd hears of us (sd_notify(3)). Without a socket of its nobody hears anything. Any
// thread; nobody waits for it, and what it does not take is lost.
class ServiceManager {
 public:
    // NOTIFY_SOCKET, and WATCHDOG_USEC when WATCHDOG_PID says that we are meant.
    static ServiceManager of_environment();
    // `socket`: a path, or "@name" in the abstract namespace; empty: there is none.
    ServiceManager(std::string socket, std::chrono::microseconds watchdog);

    // How often it wants to hear that we are alive; 0: never.
    std::chrono::microseconds watchdog() const { return watchdog_; }

    void ready(std::string_view status) const;
    void reloading() const;
    void stopping() const;
    void alive() const;

 private:
    void tell(std::string_view state) const;

    std::string socket_;
    std::chrono::microseconds watchdog_;
};

}  // namespace postern::app
