#include "directory/layers.hpp"

#include <ranges>

#include "directory/measured.hpp"
#include "directory/single_flight.hpp"
#include "directory/timed.hpp"

namespace postern::directory {

namespace {

// Each deadline ends a little before the one around it, so that whoever waits there learns what has
// happened, and may still answer from what is remembered.
net::Clock::duration shorter(net::Clock::duration timeout, int steps) {
    return timeout - steps * timeout / 20;
}

std::unique_ptr<Directory> wrap(Layer layer, std::unique_ptr<Directory> inner,
                                const LayerSettings& settings, const LayerParts& parts) {
    switch (layer) {
        case Layer::timed:
            return std::make_unique<Timed>(std::move(inner), settings.timeout);
        case Layer::cached:
            if (!parts.store) return inner;
            return std::make_unique<Cached>(std::move(inner), parts.store, parts.log, parts.name,
                                            settings.invalidation,
                                            settings.guard && parts.attempts);
        case Layer::guarded:
            if (!settings.guard || !parts.attempts) return inner;
            return std::make_unique<Guarded>(std::move(inner), *settings.guard, parts.attempts);
        case Layer::single_flight:
            return std::make_unique<SingleFlight>(std::move(inner), shorter(settings.timeout, 1));
        case Layer::breaker:
            return std::make_unique<Breaker>(std::move(inner), settings.breaker, parts.log,
                                             parts.name);
        case Layer::limited:
            return std::make_unique<Limited>(std::move(inner), settings.limits);
        case Layer::attempt:
            return std::make_unique<Measured>(
                std::make_unique<Timed>(std::move(inner), shorter(settings.timeout, 2)),
                parts.log.registry(), parts.name);
    }
    return inner;
}

}  // namespace

std::unique_ptr<Directory> stand_around(std::unique_ptr<Directory> backend,
                                        std::span<const Layer> layers,
                                        const LayerSettings& settings, const LayerParts& parts) {
    auto directory = std::move(backend);
    for (const auto layer : layers | std::views::reverse)
        directory = wrap(layer, std::move(directory), settings, parts);
    return directory;
}

}  // namespace postern::directory
