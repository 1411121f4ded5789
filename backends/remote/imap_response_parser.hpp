#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::remote {

// One response of a server (RFC 9051 section 7), as far as a login needs it. What is no printable
// ASCII is "?".
struct ImapResponse {
    enum class Kind : std::uint8_t { untagged, tagged, continuation };
    Kind kind = Kind::untagged;
    std::string tag;
    std::string name;       // in upper case: "OK", "CAPABILITY"; of "* 3 EXISTS" the number
    std::string code;       // in upper case, of "[CODE arguments]"; empty: none
    std::string arguments;  // of the code
    std::string text;       // what stands behind the name and the code; a literal reads as ""

    friend bool operator==(const ImapResponse&, const ImapResponse&) = default;
};

// Reads responses, however the octets are cut. Forgiving about a bare LF as line end and blanks at
// it; strict about the rest, and bounded: what is longer is of no server that could be believed.
class ImapResponseParser {
 public:
    enum class Status : std::uint8_t { incomplete, complete, garbage };

    static constexpr std::size_t max_line = 16 * 1024;  // without literals and the line end
    static constexpr std::size_t max_literal = 64 * 1024;
    static constexpr std::size_t max_untagged = 1000;  // responses before a tagged one

    // Takes octets from the front of `input` and removes them from it. `complete`: `take()` has the
    // response and `input` starts with what follows. `garbage`: the connection is of no more use,
    // and `why()` tells.
    Status feed(std::string_view& input);
    ImapResponse take();
    const char* why() const { return why_; }

 private:
    Status garbage(const char* why);
    Status end_of_line();
    Status read_line();
    Status read_status(std::string_view rest);

    ImapResponse response_;
    std::string line_;
    std::size_t literal_left_ = 0, untagged_ = 0;
    Status status_ = Status::incomplete;
    const char* why_ = "";
};

}  // namespace postern::remote
