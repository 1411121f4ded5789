#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>

#include "cache/redis.hpp"
#include "cache/redis_node.hpp"
#include "cache/redis_reply.hpp"

namespace postern::cache {

// Kinds of replies, as a set.
constexpr std::uint8_t set_of(std::initializer_list<RedisReply::Kind> kinds) {
    unsigned set = 0;
    for (const auto kind : kinds)
        set |= 1U << static_cast<unsigned>(kind);
    return static_cast<std::uint8_t>(set);
}

struct Redis::Request {
    std::string key;         // in full; of what is nobody's in particular empty
    std::uint8_t kinds = 0;  // that an answer may have
    bool may_be(RedisReply::Kind kind) const { return (kinds & set_of({kind})) != 0; }
    std::string command;
    std::string in_full;  // of a script, for a server that does not know it
    std::shared_ptr<RedisNode> node;
    bool asking = false;
    bool again = true;
    Answer<RedisReply> answer;
};

}  // namespace postern::cache
