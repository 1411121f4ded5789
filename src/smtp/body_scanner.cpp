#include "smtp/body_scanner.hpp"

#include "smtp/special_octet.hpp"

namespace postern::smtp {

BodyScanner::Result BodyScanner::scan(std::string_view input) {
    std::size_t at = 0;
    bool at_line_start = at_line_start_;
    for (;;) {
        if (at_line_start && at < input.size() && input[at] == '.') {
            // RFC 5321 4.5.2: alone on its line it is the end, before anything else it is stuffed.
            const std::string_view line = input.substr(at, 3);
            if (line == ".\r\n") return stop(Status::end, at, at + 3, true);
            if (line == "." || line == ".\r") return stop(Status::more, at, at, true);
            ++at;
            at_line_start = false;
        }
        const std::size_t next = find_special(input, at);
        if (next == input.size())
            return stop(Status::more, next, next, at_line_start && next == at);
        if (input[next] == '\0') return stop(Status::nul, next, next, false);
        if (input[next] == '\n') return stop(Status::bare_lf, next, next, false);
        if (next + 1 == input.size()) return stop(Status::more, next, next, false);
        if (input[next + 1] != '\n') return stop(Status::bare_cr, next, next, false);
        at = next + 2;
        at_line_start = true;
    }
}

BodyScanner::Result BodyScanner::stop(Status status, std::size_t content, std::size_t consumed,
                                      bool at_line_start) {
    at_line_start_ = at_line_start;
    return {status, content, consumed};
}

}  // namespace postern::smtp
