// What a hostile or broken Redis may say: however it is cut, it reads the same, within its limits,
// and nothing that is made of it does harm.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "cache/redis_error.hpp"
#include "cache/redis_slots.hpp"

namespace {

using namespace postern::cache;

constexpr std::size_t most_octets = 512;

void check(bool holds) {
    if (!holds) std::abort();
}

struct Size {
    std::size_t octets = 0, elements = 0;
};

Size size_of(const RedisReply& reply) {
    Size all{reply.text.size(), reply.elements.size()};
    for (const auto& element : reply.elements) {
        const auto part = size_of(element);
        all.octets += part.octets;
        all.elements += part.elements;
    }
    return all;
}

void use(const RedisReply& reply) {
    const auto size = size_of(reply);
    check(size.octets <= most_octets && size.elements <= RedisReplyReader::most_elements);
    if (const auto error = error_of(reply)) check(error->words().size() < 100);
    if (const auto redirection = redirection_of(reply)) check(redirection->slot < redis_slots);
    const auto map = RedisSlotMap::parse(reply, {"asked", 1});
    if (!map) return;
    for (const unsigned slot : {0U, redis_slots / 2, redis_slots - 1})
        check(map->master_of(slot) == nullptr || map->master_of(slot)->port != 0);
}

struct Reading {
    std::vector<RedisReply> replies;
    bool broken = false;
};

Reading read(std::string_view octets, std::size_t piece) {
    Reading reading;
    RedisReplyReader reader(most_octets);
    while (!octets.empty() && !reader.is_broken()) {
        reader.feed(octets.substr(0, piece));
        octets.remove_prefix(std::min(piece, octets.size()));
        while (auto reply = reader.next())
            reading.replies.push_back(*std::move(reply));
    }
    reading.broken = reader.is_broken();
    return reading;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view octets(reinterpret_cast<const char*>(data), size);
    const auto whole = read(octets, std::string_view::npos);
    for (const auto& reply : whole.replies)
        use(reply);
    // Where it notices that something is wrong depends on the cut, what it has read until then does
    // not.
    for (const std::size_t piece : {1U, 7U}) {
        const auto cut = read(octets, piece);
        const auto both = std::min(whole.replies.size(), cut.replies.size());
        check(std::equal(cut.replies.begin(), cut.replies.begin() + static_cast<long>(both),
                         whole.replies.begin()));
        check(whole.broken || cut.broken || whole.replies.size() == cut.replies.size());
    }
    return 0;
}
