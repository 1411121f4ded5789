#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/keys.hpp"
#include "cache/redis.hpp"

namespace postern::cache {

// The gateways that share what is remembered of one directory, as Redis knows them: whoever flushes
// finds out whether one of them is missing. Each has a key of its own that lasts for a few seconds,
// and a place in a list of all; both sealed, under names that tell nothing.
class Membership {
 public:
    // How often a gateway says that it is here, and for how long that is believed.
    static constexpr auto pause = std::chrono::seconds(3);
    static constexpr auto life = std::chrono::seconds(10);

    // `id`: by which the others know this one. What is referred to outlives every call.
    Membership(Redis& redis, const Keys& keys, std::string id);

    // False: Redis has not heard it.
    net::Task<bool> say_so();
    net::Task<> leave();
    // Of the others; nullopt: Redis does not say.
    using Ids = std::vector<std::string>;
    net::Task<std::optional<Ids>> others();

 private:
    net::Task<bool> enlist();
    net::Task<std::optional<Ids>> alive(Ids listed);
    std::string key_of(std::string_view id) const { return keys_.counter("member", id); }
    Ids read(const Redis::Found& sealed) const;

    Redis& redis_;
    const Keys& keys_;
    const std::string id_, list_;
};

// The list as it is sealed. What was not written by `encode` is none: nullopt.
constexpr std::size_t most_members = 1000;
std::string encode_members(const std::vector<std::string>& ids);
std::optional<std::vector<std::string>> decode_members(std::string_view octets);

}  // namespace postern::cache
