#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace postern::cache {

// Why Redis has not said what it was asked. Whatever it is, it is a miss, and no fault of a login.
struct NoAnswer {
    enum class Kind : std::uint8_t {
        down,     // not connected: nothing was asked, and nobody has waited
        late,     // nothing came in time; it may have been done all the same
        full,     // too many questions wait for their answers already
        refused,  // an error came: no memory, no right, not its slot
        broken,   // the connection broke, or what came answers another question
    };
    static constexpr std::size_t kinds = 5;
    Kind kind = Kind::down;
    std::string why;  // for the log; never anything of a key, a value or a password
};
const char* to_string(NoAnswer::Kind kind);

// The first alternative, which an unfilled one is, says nothing.
template <class T>
using Answer = std::variant<NoAnswer, T>;

struct Done {};
enum class Replacement : std::uint8_t { conflict, replaced };

}  // namespace postern::cache
