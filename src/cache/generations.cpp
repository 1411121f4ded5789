#include "cache/generations.hpp"

namespace postern::cache {

bool Generations::accepts(std::string_view record, Generation generation) {
    auto* seen = seen_.find(record);
    if (seen == nullptr) {
        seen_.put(record, {generation, ++rises_});
        return true;
    }
    if (generation < seen->highest) return false;
    if (generation > seen->highest) *seen = {generation, ++rises_};
    return true;
}

Generation Generations::highest(std::string_view record) {
    const auto* seen = seen_.find(record);
    return seen != nullptr ? seen->highest : 0;
}

std::uint64_t Generations::rose(std::string_view record) {
    const auto* seen = seen_.find(record);
    return seen != nullptr ? seen->rose : 0;
}

}  // namespace postern::cache
