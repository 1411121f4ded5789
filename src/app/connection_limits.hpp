#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace postern::app {

// How many connections there are, in all and for each client network. Thread-safe.
class ConnectionLimits {
 public:
    // Holds the place of one connection until it goes.
    class Place {
     public:
        Place() = default;
        Place(ConnectionLimits& limits, std::string network)
            : limits_(&limits), network_(std::move(network)) {}
        Place(Place&& other) noexcept
            : limits_(std::exchange(other.limits_, nullptr)), network_(std::move(other.network_)) {}
        Place& operator=(Place&&) = delete;
        ~Place() {
            if (limits_ != nullptr) limits_->leave(network_);
        }
        explicit operator bool() const { return limits_ != nullptr; }

     private:
        ConnectionLimits* limits_ = nullptr;
        std::string network_;
    };

    // An empty Place: there are too many already.
    Place enter(const std::string& network, std::int64_t most, std::int64_t most_of_network);

 private:
    void leave(const std::string& network);

    std::mutex mutex_;
    std::int64_t all_ = 0;
    std::unordered_map<std::string, std::int64_t> of_network_;
};

}  // namespace postern::app
