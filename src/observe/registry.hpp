#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "observe/measures.hpp"

namespace postern::observe {

enum class Kind : std::uint8_t { counter, gauge, histogram };

struct Metric {
    std::string_view name;  // "postern_auth_total"
    Kind kind;
    std::string_view labels;    // "directory outcome": their names
    std::string_view sentence;  // for the operator
};

// One value of a metric, as it is shown.
struct Sample {
    Metric metric;
    std::vector<std::string> labels;  // values, in the order of the metric's names
    std::variant<double, Histogram::Snapshot> value;
};

// The counters and histograms of the program; what they have counted outlives every reload. Whoever
// counts often asks for his once and keeps the reference, which holds as long as the registry.
// Label values come from the settings or from a list in the code, never from a client. Any thread.
class Registry {
 public:
    using Values = std::initializer_list<std::string_view>;
    // One family has so many children at most; what comes later shares one whose values are
    // "other".
    static constexpr std::size_t most_children = 2000;

    Counter& counter(const Metric& metric, Values labels = {});
    Histogram& histogram(const Metric& metric, Values labels = {});

    std::vector<Sample> samples() const;

 private:
    template <class Measure>
    struct Family {
        Metric metric;
        std::map<std::vector<std::string>, std::unique_ptr<Measure>> children;
    };
    template <class Measure>
    using Families = std::map<std::string_view, Family<Measure>>;
    template <class Measure>
    Measure& child(Families<Measure>& families, const Metric& metric, Values labels);

    mutable std::mutex mutex_;
    Families<Counter> counters_;
    Families<Histogram> histograms_;
};

}  // namespace postern::observe
