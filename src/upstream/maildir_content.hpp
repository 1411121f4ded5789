#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postern::upstream {

// A message from the wire to the form in which a maildir keeps it, piece by piece, however it is
// cut: without dot-stuffing (RFC 5321 4.5.2), lines ended by LF as every mail delivery agent writes
// and every reader expects them. All other octets stay, a bare CR or LF included.
class MaildirContent {
 public:
    // Appends to `out` what is certain of `wire`.
    void append(std::string_view wire, std::string& out);

 private:
    enum class At : std::uint8_t { line_start, in_line, behind_cr };
    At at_ = At::line_start;
};

}  // namespace postern::upstream
