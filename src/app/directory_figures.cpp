#include "app/directory_figures.hpp"

#include <algorithm>
#include <array>

#include "observe/metrics.hpp"

namespace postern::app {

namespace {

namespace metrics = observe::metrics;

// Where a figure is shown; those of Redis' operations are histograms of their own.
struct Shown {
    std::string_view figure;
    observe::Metric metric;
    std::string_view label;  // beside the directory's name
};
constexpr std::array shown = {
    Shown{"cache.accepted", metrics::cache_answers, "accepted"},
    Shown{"cache.rejected", metrics::cache_answers, "rejected"},
    Shown{"cache.unknown", metrics::cache_answers, "unknown"},
    Shown{"cache.from-redis", metrics::cache_from_redis, ""},
    Shown{"cache.asked", metrics::cache_asked, ""},
    Shown{"cache.stale", metrics::cache_stale, ""},
    Shown{"cache.evicted", metrics::cache_evicted, ""},
    Shown{"cache.logins", metrics::cache_entries, "logins"},
    Shown{"cache.accounts", metrics::cache_entries, "accounts"},
    Shown{"cache.unknown-logins", metrics::cache_entries, "unknown"},
    Shown{"cache.octets", metrics::cache_octets, ""},
    Shown{"redis.up", metrics::redis_up, ""},
    Shown{"redis.connects", metrics::redis_connects, ""},
    Shown{"questions.joined", metrics::questions_joined, ""},
    Shown{"questions.inside", metrics::directory_questions, "inside"},
    Shown{"questions.waiting", metrics::directory_questions, "waiting"},
    Shown{"breaker.open", metrics::directory_breaker_open, ""},
};

const Shown* find(const directory::Figure& figure) {
    const auto* found = std::ranges::find(shown, figure.name, &Shown::figure);
    return found == shown.end() ? nullptr : found;
}

}  // namespace

void DirectoryFigures::add_growth(const directory::Service& service,
                                  const directory::Figures& figures) {
    auto& last = last_[&service];
    for (const auto& figure : figures) {
        const auto* place = find(figure);
        if (place == nullptr || place->metric.kind != observe::Kind::counter) continue;
        auto& counter = place->label.empty()
                            ? registry_.counter(place->metric, {service.name()})
                            : registry_.counter(place->metric, {service.name(), place->label});
        auto& before = last[figure.name];
        if (figure.value > before) counter.add(static_cast<std::uint64_t>(figure.value - before));
        before = std::max(before, figure.value);
    }
}

void DirectoryFigures::add_state(const std::string& directory, const directory::Figures& figures,
                                 std::vector<observe::Sample>& samples) {
    for (const auto& figure : figures) {
        const auto* place = find(figure);
        if (place == nullptr || place->metric.kind != observe::Kind::gauge) continue;
        observe::Sample sample{place->metric, {directory}, figure.value};
        if (!place->label.empty()) sample.labels.emplace_back(place->label);
        samples.push_back(std::move(sample));
    }
}

double DirectoryFigures::value(const directory::Figures& figures, std::string_view name) {
    const auto found = std::ranges::find(figures, name, &directory::Figure::name);
    return found == figures.end() ? 0 : found->value;
}

}  // namespace postern::app
