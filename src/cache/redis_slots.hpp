#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "cache/redis_reply.hpp"
#include "net/host_port.hpp"

namespace postern::cache {

// A cluster deals its keys out by 16384 slots (Redis Cluster Specification).
inline constexpr unsigned redis_slots = 16384;

// CRC-16/XMODEM.
std::uint16_t crc16(std::string_view octets);
// Of what stands between the first "{" and the "}" behind it, where that is something; of the whole
// key otherwise.
unsigned slot_of(std::string_view key);

// Which master has which slot.
class RedisSlotMap {
 public:
    // Of the answer to CLUSTER SLOTS; a server without an address is the one that `asked` names.
    // nullopt: it is no such answer.
    static std::optional<RedisSlotMap> parse(const RedisReply& reply, const net::HostPort& asked);

    const std::vector<net::HostPort>& masters() const { return masters_; }
    // nullptr: nobody has it.
    const net::HostPort* master_of(unsigned slot) const;
    void move(unsigned slot, const net::HostPort& to);
    bool is_complete() const;

 private:
    std::uint16_t number_of(const net::HostPort& master);

    static constexpr std::uint16_t nobody = 0xffff;
    std::vector<net::HostPort> masters_;
    std::vector<std::uint16_t> owners_ = std::vector<std::uint16_t>(redis_slots, nobody);
};

}  // namespace postern::cache
