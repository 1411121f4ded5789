#include "cache/redis_slots.hpp"

#include <algorithm>

namespace postern::cache {

namespace {

using Kind = RedisReply::Kind;

constexpr std::array<std::uint16_t, 256> crc_table = [] {
    std::array<std::uint16_t, 256> table{};
    for (unsigned octet = 0; octet < table.size(); ++octet) {
        unsigned crc = octet << 8;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc & 0x8000U) != 0 ? (crc << 1) ^ 0x1021U : crc << 1;
        table[octet] = static_cast<std::uint16_t>(crc);
    }
    return table;
}();

bool is_slot(const RedisReply& reply) {
    return reply.kind == Kind::integer && reply.integer >= 0 && reply.integer < redis_slots;
}

// A server as CLUSTER SLOTS has it: host, port and more.
std::optional<net::HostPort> server(const RedisReply& reply, const net::HostPort& asked) {
    if (reply.kind != Kind::list || reply.elements.size() < 2) return std::nullopt;
    const auto& host = reply.elements[0];
    const auto& port = reply.elements[1];
    const bool has_port = port.kind == Kind::integer && port.integer > 0 && port.integer <= 65535;
    if ((host.kind != Kind::text && host.kind != Kind::nil) || !has_port) return std::nullopt;
    // "?": it has been told of a name, and not which.
    const bool unknown = host.text.empty() || host.text == "?";
    return net::HostPort{unknown ? asked.host : host.text,
                         static_cast<std::uint16_t>(port.integer)};
}

}  // namespace

std::uint16_t crc16(std::string_view octets) {
    unsigned crc = 0;
    for (const char octet : octets)
        crc = (crc << 8) ^ crc_table[((crc >> 8) ^ static_cast<unsigned char>(octet)) & 0xffU];
    return static_cast<std::uint16_t>(crc);
}

unsigned slot_of(std::string_view key) {
    const auto open = key.find('{');
    if (open != key.npos) {
        const auto close = key.find('}', open);
        if (close != key.npos && close > open + 1) key = key.substr(open + 1, close - open - 1);
    }
    return crc16(key) % redis_slots;
}

std::optional<RedisSlotMap> RedisSlotMap::parse(const RedisReply& reply,
                                                const net::HostPort& asked) {
    if (reply.kind != Kind::list) return std::nullopt;
    RedisSlotMap map;
    for (const auto& range : reply.elements) {
        if (range.kind != Kind::list || range.elements.size() < 3) return std::nullopt;
        const auto& first = range.elements[0];
        const auto& last = range.elements[1];
        const auto master = server(range.elements[2], asked);
        if (!is_slot(first) || !is_slot(last) || !master) return std::nullopt;
        const auto number = map.number_of(*master);
        for (auto slot = first.integer; slot <= last.integer; ++slot)
            map.owners_[static_cast<std::size_t>(slot)] = number;
    }
    return map;
}

const net::HostPort* RedisSlotMap::master_of(unsigned slot) const {
    const auto number = owners_.at(slot);
    return number == nobody ? nullptr : &masters_[number];
}

void RedisSlotMap::move(unsigned slot, const net::HostPort& to) {
    owners_.at(slot) = number_of(to);
}

bool RedisSlotMap::is_complete() const {
    return std::ranges::find(owners_, nobody) == owners_.end();
}

std::uint16_t RedisSlotMap::number_of(const net::HostPort& master) {
    const auto same = [&](const net::HostPort& each) {
        return each.host == master.host && each.port == master.port;
    };
    const auto found = std::ranges::find_if(masters_, same);
    const auto number = static_cast<std::uint16_t>(found - masters_.begin());
    if (found == masters_.end()) masters_.push_back(master);
    return number;
}

}  // namespace postern::cache
