#include "app/connection_limits.hpp"

namespace postern::app {

ConnectionLimits::Place ConnectionLimits::enter(const std::string& network, std::int64_t most,
                                                std::int64_t most_of_network) {
    const std::lock_guard lock(mutex_);
    if (all_ >= most) return {};
    auto& count = of_network_[network];
    if (count >= most_of_network) return {};
    ++count;
    ++all_;
    return {*this, network};
}

void ConnectionLimits::leave(const std::string& network) {
    const std::lock_guard lock(mutex_);
    --all_;
    const auto found = of_network_.find(network);
    if (--found->second == 0) of_network_.erase(found);
}

}  // namespace postern::app
