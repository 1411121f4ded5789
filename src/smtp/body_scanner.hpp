#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace postern::smtp {

// Finds what matters in the octets behind 354: the end of data, which is <CR><LF>.<CR><LF> and
// nothing else (RFC 5321 4.1.1.4), and the octets that other servers might take for one: bare CR,
// bare LF, NUL. It changes nothing: what it calls content may be forwarded as it stands, still
// dot-stuffed.
class BodyScanner {
 public:
    enum class Status : std::uint8_t {
        more,  // `content` octets are good; keep the rest (at most 2) and scan it again with more
        end,   // the message ends behind `content`; `consumed` includes the final ".CRLF"
        bare_cr,  // at input[content]
        bare_lf,
        nul,
    };
    struct Result {
        Status status = Status::more;
        std::size_t content = 0;   // octets from the front that belong to the message
        std::size_t consumed = 0;  // octets to take out of the buffer: content, or more at `end`

        friend bool operator==(const Result&, const Result&) = default;
    };

    // `input` starts where the last result's `consumed` ended. Call `reset` before the next
    // message. Who tolerates a bare CR, LF or NUL goes on behind that octet: it has ended no line,
    // so a dot that follows it is content, to be stuffed by whoever writes CRLF in its place.
    Result scan(std::string_view input);
    void reset() { at_line_start_ = true; }

 private:
    Result stop(Status status, std::size_t content, std::size_t consumed, bool at_line_start);

    bool at_line_start_ = true;
};

}  // namespace postern::smtp
