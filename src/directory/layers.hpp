#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "cache/store.hpp"
#include "directory/breaker.hpp"
#include "directory/cached.hpp"
#include "directory/guarded.hpp"
#include "directory/limited.hpp"

namespace postern::directory {

// What stands around a backend, a decorator each.
enum class Layer : std::uint8_t {
    timed,          // the caller's deadline, waiting included
    cached,         // what is remembered
    guarded,        // the lockout guard: who is remembered never meets it
    single_flight,  // equal questions are one, with a deadline of its own
    breaker,        // a directory that is down is left alone; our own limits do not count
    limited,        // so many questions at a time; who waits has not begun
    attempt,        // the backend's own deadline
};
// Outside to inside, and the order is behaviour: tests/directory/layers_test.cpp tells which
// promise breaks when neighbours change places.
inline constexpr std::array layers_of_a_backend{
    Layer::timed,   Layer::cached,  Layer::guarded, Layer::single_flight,
    Layer::breaker, Layer::limited, Layer::attempt};
// The members of a composition have all the rest around them.
inline constexpr std::array layers_of_a_composition{Layer::timed, Layer::limited};

struct LayerSettings {
    net::Clock::duration timeout = std::chrono::seconds(5);
    LimitedSettings limits;
    BreakerSettings breaker;
    std::optional<GuardSettings> guard;  // nullopt: none
    Invalidation invalidation;
};

struct LayerParts {
    observe::Log& log;
    std::string name;                                     // of the directory
    std::shared_ptr<cache::Store> store = nullptr;        // nullptr: nothing is remembered
    std::shared_ptr<cache::Attempts> attempts = nullptr;  // of the guard
};

std::unique_ptr<Directory> stand_around(std::unique_ptr<Directory> backend,
                                        std::span<const Layer> layers,
                                        const LayerSettings& settings, const LayerParts& parts);

}  // namespace postern::directory
