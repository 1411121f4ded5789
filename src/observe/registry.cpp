#include "observe/registry.hpp"

namespace postern::observe {

template <class Measure>
Measure& Registry::child(Families<Measure>& families, const Metric& metric, Values labels) {
    const std::lock_guard lock(mutex_);
    auto& family = families.try_emplace(metric.name, Family<Measure>{metric, {}}).first->second;
    std::vector<std::string> values(labels.begin(), labels.end());
    if (family.children.size() >= most_children && !family.children.contains(values))
        values.assign(labels.size(), "other");
    auto& measure = family.children[std::move(values)];
    if (!measure) measure = std::make_unique<Measure>();
    return *measure;
}

Counter& Registry::counter(const Metric& metric, Values labels) {
    return child(counters_, metric, labels);
}

Histogram& Registry::histogram(const Metric& metric, Values labels) {
    return child(histograms_, metric, labels);
}

std::vector<Sample> Registry::samples() const {
    std::vector<Sample> samples;
    const std::lock_guard lock(mutex_);
    for (const auto& [name, family] : counters_)
        for (const auto& [labels, counter] : family.children)
            samples.push_back({family.metric, labels, static_cast<double>(counter->value())});
    for (const auto& [name, family] : histograms_)
        for (const auto& [labels, histogram] : family.children)
            samples.push_back({family.metric, labels, histogram->snapshot()});
    return samples;
}

}  // namespace postern::observe
