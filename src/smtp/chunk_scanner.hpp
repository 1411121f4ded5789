#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace postern::smtp {

// Looks through a message that comes in chunks (BDAT, RFC 3030), where nothing is dot-stuffed and
// no octet ends it: finds what no line may hold, and the dots that DATA has to double. One for each
// message; chunks may be cut anywhere. Pure.
class ChunkScanner {
 public:
    enum class Status : std::uint8_t {
        more,     // all of the input is content
        dot,      // behind the content stands a dot that begins a line: pass one more before it
        bare_cr,  // the CR that the content ends with, perhaps of an earlier scan, has no LF
        bare_lf,  // an LF without CR stands behind the content
        nul,      // a NUL stands behind the content
    };
    struct Result {
        Status status = Status::more;
        std::size_t content = 0;  // octets from the front that belong to the message

        friend bool operator==(const Result&, const Result&) = default;
    };

    // `input` starts behind the last result's content. Who tolerates a bare CR or LF goes on behind
    // it and writes a CRLF in its place (for a CR, which has been passed on, an LF): a line begins.
    Result scan(std::string_view input);
    // Whether the message, were it to end here, ends with CRLF (or is empty).
    bool at_line_start() const { return at_line_start_; }
    // Whether it would end with a CR that nothing follows.
    bool behind_cr() const { return behind_cr_; }

 private:
    bool at_line_start_ = true;
    bool behind_cr_ = false;
    bool dot_told_ = false;  // the dot in front has been reported
};

}  // namespace postern::smtp
