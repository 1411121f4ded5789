#include "cache/generations.hpp"

namespace postern::cache {

bool Generations::accepts(std::string_view record, Generation generation) {
    auto* highest = seen_.find(record);
    if (highest == nullptr) {
        seen_.put(record, generation);
        return true;
    }
    if (generation < *highest) return false;
    *highest = generation;
    return true;
}

Generation Generations::highest(std::string_view record) {
    const auto* highest = seen_.find(record);
    return highest != nullptr ? *highest : 0;
}

}  // namespace postern::cache
