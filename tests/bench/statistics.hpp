#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::bench {

// `connect` ends with the greeting, `mail` covers MAIL and RCPT, `data` all from DATA to the last
// reply.
enum class Phase : std::uint8_t { connect, tls, ehlo, auth, mail, data, quit };
inline constexpr std::array<std::string_view, 7> phase_names{"connect", "tls",  "ehlo", "auth",
                                                             "mail",    "data", "quit"};

// What the sessions took, and what went wrong.
class Statistics {
 public:
    using Duration = std::chrono::duration<double, std::milli>;

    void record(Phase phase, Duration took) { samples_[index(phase)].push_back(took.count()); }
    void succeeded() { ++succeeded_; }
    void failed(const std::string& why) { ++failures_[why]; }

    std::size_t successes() const { return succeeded_; }
    std::size_t errors() const;
    const std::map<std::string, std::size_t>& failures() const { return failures_; }
    // Milliseconds; nullopt when no session came that far. `share` between 0 and 1.
    std::optional<double> percentile(Phase phase, double share);

 private:
    static std::size_t index(Phase phase) { return static_cast<std::size_t>(phase); }

    std::array<std::vector<double>, phase_names.size()> samples_;
    std::size_t succeeded_ = 0;
    std::map<std::string, std::size_t> failures_;
};

// A run's result.
struct Report {
    double seconds = 0;
    std::optional<double> cpu_milliseconds;           // of the gateway, for all sessions
    std::optional<double> kibioctets_per_connection;  // proportional memory; with --hold
};

std::string as_text(Statistics& statistics, const Report& report);
std::string as_json(Statistics& statistics, const Report& report);

}  // namespace postern::bench
