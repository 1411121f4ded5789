#pragma once

#include <chrono>
#include <string>

#include "cache/change.hpp"
#include "cache/record.hpp"

namespace postern::cache {

// A moment for tests to begin at.
inline const Time start{std::chrono::hours(24 * 365 * 50)};

inline Generation generation_at(Time time) {
    return static_cast<Generation>(std::chrono::microseconds(time.time_since_epoch()).count());
}

// Of a password, named by one letter.
inline Verifier verifier(char password) {
    Verifier result;
    result.octets.fill(password);
    return result;
}

inline identity::Principal jane() {
    return {.name = "jane",
            .addresses = {"jane@example.org", "@jane.example"},
            .on_behalf_of = {"boss@example.org"},
            .groups = {"sales", "staff"},
            .attributes = {{"mailHost", {"mx1", "mx2"}}, {"quota", {}}}};
}

inline AccountRecord accepted_record(char password = 'p', Time asked = start) {
    return {.generation = generation_at(asked),
            .confirmed = generation_at(asked),
            .principal = jane(),
            .accepted = {{verifier(password), asked}},
            .networks = {"192.0.2.1/32", "2001:db8::/64"}};
}

inline Confirm confirm(char password, Generation base, Time asked = start) {
    return {.question = {base, asked},
            .principal = jane(),
            .verifier = verifier(password),
            .network = "192.0.2.1/32"};
}
inline Refuse refuse(char password, Generation base, Time asked = start) {
    return {.question = {base, asked}, .verifier = verifier(password)};
}

}  // namespace postern::cache
