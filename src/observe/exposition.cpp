#include "observe/exposition.hpp"

#include <prometheus/text_serializer.h>

#include <limits>
#include <map>
#include <sstream>

namespace postern::observe {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricType type_of(Kind kind) {
    switch (kind) {
        case Kind::counter:
            return MetricType::Counter;
        case Kind::gauge:
            return MetricType::Gauge;
        case Kind::histogram:
            return MetricType::Histogram;
    }
    return MetricType::Untyped;
}

std::vector<ClientMetric::Label> labels_of(const Sample& sample) {
    std::vector<ClientMetric::Label> labels;
    std::string_view names = sample.metric.labels;
    for (const auto& value : sample.labels) {
        const auto end = std::min(names.find(' '), names.size());
        labels.push_back({std::string(names.substr(0, end)), value});
        names.remove_prefix(std::min(end + 1, names.size()));
    }
    return labels;
}

ClientMetric::Histogram cumulative(const Histogram::Snapshot& seen) {
    ClientMetric::Histogram shown;
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < seen.counts.size(); ++i) {
        count += seen.counts.at(i);
        const double bound = i < Histogram::bounds.size()
                                 ? static_cast<double>(Histogram::bounds.at(i).count()) / 1e6
                                 : std::numeric_limits<double>::infinity();
        shown.bucket.push_back({count, bound});
    }
    shown.sample_count = count;
    shown.sample_sum = seen.seconds;
    return shown;
}

ClientMetric shown(const Sample& sample) {
    ClientMetric metric;
    metric.label = labels_of(sample);
    if (const auto* seen = std::get_if<Histogram::Snapshot>(&sample.value)) {
        metric.histogram = cumulative(*seen);
    } else {
        metric.counter.value = std::get<double>(sample.value);
        metric.gauge.value = std::get<double>(sample.value);
    }
    return metric;
}

}  // namespace

std::string exposition(const std::vector<Sample>& samples) {
    std::map<std::string_view, MetricFamily> families;
    for (const auto& sample : samples) {
        auto& family = families[sample.metric.name];
        family.name = sample.metric.name;
        family.help = sample.metric.sentence;
        family.type = type_of(sample.metric.kind);
        family.metric.push_back(shown(sample));
    }
    std::vector<MetricFamily> in_order;
    for (auto& [name, family] : families)
        in_order.push_back(std::move(family));
    std::ostringstream text;
    prometheus::TextSerializer().Serialize(text, in_order);
    return std::move(text).str();
}

}  // namespace postern::observe
