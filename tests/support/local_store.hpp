#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "cache/store.hpp"
#include "crypto/random.hpp"

namespace postern::test {

// What a directory "people" remembers in this process alone, under a key that nobody else has.
inline std::shared_ptr<cache::Store> local_store(
    const cache::StoreSettings& settings, observe::Log& log, const net::Executor& executor,
    std::function<cache::Time()> clock = cache::wall_clock) {
    cache::Store::Parts parts{
        {cache::Keys(crypto::Secret(crypto::random_octets(32)), "people", ""), std::nullopt},
        nullptr,
        log,
        executor,
        "people",
        std::move(clock)};
    return std::make_shared<cache::Store>(settings, std::move(parts));
}

}  // namespace postern::test
