#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "net/host_port.hpp"

namespace postern::net {

// RFC 2782: one server of a service.
struct SrvRecord {
    std::uint16_t priority = 0, weight = 0;
    HostPort target;
    friend bool operator==(const SrvRecord& left, const SrvRecord& right) {
        return left.priority == right.priority && left.weight == right.weight &&
               left.target.text() == right.target.text();
    }
};

// The records of an answer of the DNS (RFC 1035); none when it is no answer. A target "." says that
// there is no such service and is left out.
std::vector<SrvRecord> parse_srv_answer(std::span<const unsigned char> answer);

// In the order in which a client has to try them: by priority, within one by chance and weight.
std::vector<HostPort> in_order(std::vector<SrvRecord> records, std::minstd_rand& random);

// Asks the DNS for "_ldap._tcp.example.org"; blocks until it knows. No answer: none.
std::vector<SrvRecord> look_up_srv(const std::string& name);

}  // namespace postern::net
