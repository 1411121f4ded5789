#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "identity/credentials.hpp"
#include "net/task.hpp"

namespace postern::directory {

// Which logins and which networks have succeeded lately: whoever is in here is no stranger and need
// not wait behind a flood of them. Bounded in entries (the ones longest without a success go first)
// and in time.
class RecentSuccesses {
 public:
    struct Settings {
        std::size_t entries = 10'000;  // of each: logins, networks
        net::Clock::duration lasting = std::chrono::hours(24);
    };

    RecentSuccesses() : RecentSuccesses(Settings()) {}
    explicit RecentSuccesses(const Settings& settings) : logins_(settings), networks_(settings) {}

    void remember(const identity::Credentials& credentials, net::Clock::time_point now);
    // The login or the network has succeeded.
    bool knows(const identity::Credentials& credentials, net::Clock::time_point now) const;
    bool knows(const identity::Login& login, net::Clock::time_point now) const;

 private:
    class Names {
     public:
        explicit Names(const Settings& settings) : settings_(settings) {}
        void remember(const std::string& name, net::Clock::time_point now);
        bool knows(std::string_view name, net::Clock::time_point now) const;

     private:
        struct Entry {
            std::string name;
            net::Clock::time_point when;
        };
        Settings settings_;
        std::list<Entry> by_age_;  // newest first
        std::unordered_map<std::string_view, std::list<Entry>::iterator> by_name_;
    };

    Names logins_, networks_;
};

}  // namespace postern::directory
