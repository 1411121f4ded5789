#include "smtp/chunk_scanner.hpp"

#include "smtp/special_octet.hpp"

namespace postern::smtp {

ChunkScanner::Result ChunkScanner::scan(std::string_view input) {
    std::size_t at = 0;
    while (at < input.size()) {
        if (behind_cr_) {
            behind_cr_ = false;
            at_line_start_ = true;
            if (input[at] != '\n') return {Status::bare_cr, at};
            ++at;
            continue;
        }
        if (at_line_start_ && input[at] == '.' && !dot_told_) {
            dot_told_ = true;
            return {Status::dot, at};
        }
        dot_told_ = false;
        const std::size_t next = find_special(input, at);
        if (next > at) at_line_start_ = false;
        at = next;
        if (at == input.size()) break;
        if (input[at] == '\0') return {Status::nul, at};
        if (input[at] == '\n') {
            at_line_start_ = true;
            return {Status::bare_lf, at};
        }
        behind_cr_ = true;
        at_line_start_ = false;
        ++at;
    }
    return {Status::more, at};
}

}  // namespace postern::smtp
