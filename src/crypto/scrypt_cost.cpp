#include "crypto/scrypt_cost.hpp"

namespace postern::crypto {
namespace {

// Beyond these nothing is within any limits, and below them no product overflows.
constexpr std::uint32_t most_log2_n = 32, most_r = 1U << 16, most_p = 1U << 10, most_t = 1U << 10;
constexpr std::uint64_t lane_extra = 16 * 1024;  // the S-boxes of a yescrypt lane, amply

}  // namespace

bool ScryptCost::is_valid() const {
    return log2_n >= 1 && r >= 1 && p >= 1 && std::uint64_t{r} * p < 1U << 30;
}

bool ScryptCost::is_within(const HashLimits& limits) const {
    if (log2_n > most_log2_n || r > most_r || p > most_p || t > most_t) return false;
    const std::uint64_t most = std::uint64_t{limits.memory_kib} * 1024;
    const auto memory = std::uint64_t{work().memory};
    return memory <= most && p * memory <= limits.passes * most && t < limits.passes;
}

HashWork ScryptCost::work() const {
    const std::uint64_t block = std::uint64_t{128} * r;
    const std::uint64_t memory = block * ((std::uint64_t{1} << log2_n) + p + 2) + p * lane_extra;
    return {memory, memory / 1024 * 3 * p * (1 + t)};
}

}  // namespace postern::crypto
