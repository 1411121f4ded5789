#include "app/connection_limits.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace postern::app {
namespace {

TEST(ConnectionLimits, HoldInAllAndForEachNetwork) {
    ConnectionLimits limits;
    std::vector<ConnectionLimits::Place> places;
    const auto enter = [&](const char* network) {
        auto place = limits.enter(network, 3, 2);
        const bool entered = static_cast<bool>(place);
        if (entered) places.push_back(std::move(place));
        return entered;
    };
    EXPECT_TRUE(enter("192.0.2.1"));
    EXPECT_TRUE(enter("192.0.2.1"));
    EXPECT_FALSE(enter("192.0.2.1"));
    EXPECT_TRUE(enter("192.0.2.2"));
    EXPECT_FALSE(enter("192.0.2.3"));
    places.clear();
    EXPECT_TRUE(enter("192.0.2.1"));
}

TEST(ConnectionLimits, ARefusedNetworkLeavesNoTrace) {
    ConnectionLimits limits;
    EXPECT_FALSE(limits.enter("192.0.2.1", 1, 0));
    EXPECT_TRUE(limits.enter("192.0.2.1", 1, 1));
}

}  // namespace
}  // namespace postern::app
