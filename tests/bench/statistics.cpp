#include "bench/statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace postern::bench {
namespace {

double per_second(const Statistics& statistics, const Report& report) {
    return report.seconds > 0 ? static_cast<double>(statistics.successes()) / report.seconds : 0;
}

std::optional<double> cpu_per_session(const Statistics& statistics, const Report& report) {
    if (!report.cpu_milliseconds || statistics.successes() == 0) return std::nullopt;
    return *report.cpu_milliseconds / static_cast<double>(statistics.successes());
}

}  // namespace

std::size_t Statistics::errors() const {
    std::size_t sum = 0;
    for (const auto& [why, count] : failures_)
        sum += count;
    return sum;
}

std::optional<double> Statistics::percentile(Phase phase, double share) {
    auto& samples = samples_[index(phase)];
    if (samples.empty()) return std::nullopt;
    const auto rank = static_cast<std::ptrdiff_t>(share * static_cast<double>(samples.size() - 1));
    std::nth_element(samples.begin(), samples.begin() + rank, samples.end());
    return samples[static_cast<std::size_t>(rank)];
}

std::string as_text(Statistics& statistics, const Report& report) {
    auto text = fmt::format("{} sessions in {:.2f} s: {:.0f} sessions/s, {} errors\n",
                            statistics.successes(), report.seconds, per_second(statistics, report),
                            statistics.errors());
    if (const auto cpu = cpu_per_session(statistics, report)) {
        text += fmt::format("gateway: {:.3f} CPU-ms per session\n", *cpu);
    }
    if (report.kibioctets_per_connection) {
        text += fmt::format("gateway: {:.1f} KiB of proportional memory per connection\n",
                            *report.kibioctets_per_connection);
    }
    for (std::size_t i = 0; i < phase_names.size(); ++i) {
        const auto phase = static_cast<Phase>(i);
        const auto median = statistics.percentile(phase, 0.5);
        if (!median) continue;
        text += fmt::format("{:<8} p50 {:8.2f} ms   p99 {:8.2f} ms\n", phase_names[i], *median,
                            *statistics.percentile(phase, 0.99));
    }
    for (const auto& [why, count] : statistics.failures()) {
        text += fmt::format("{} x {}\n", count, why);
    }
    return text;
}

std::string as_json(Statistics& statistics, const Report& report) {
    boost::json::object phases, failures;
    for (std::size_t i = 0; i < phase_names.size(); ++i) {
        const auto phase = static_cast<Phase>(i);
        const auto median = statistics.percentile(phase, 0.5);
        if (!median) continue;
        phases[phase_names[i]] = boost::json::object{
            {"p50_ms", *median}, {"p99_ms", *statistics.percentile(phase, 0.99)}};
    }
    for (const auto& [why, count] : statistics.failures())
        failures[why] = count;
    boost::json::object all{{"sessions", statistics.successes()},
                            {"errors", statistics.errors()},
                            {"seconds", report.seconds},
                            {"sessions_per_second", per_second(statistics, report)},
                            {"phases", phases},
                            {"failures", failures}};
    if (const auto cpu = cpu_per_session(statistics, report)) all["cpu_ms_per_session"] = *cpu;
    if (report.kibioctets_per_connection) {
        all["kib_per_connection"] = *report.kibioctets_per_connection;
    }
    return boost::json::serialize(all) + "\n";
}

}  // namespace postern::bench
