#include "smtp/body_scanner.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>

#include <bit>
#endif

namespace postern::smtp {

namespace {

bool is_special(char c) {
    return c == '\r' || c == '\n' || c == '\0';
}

// The index of the first CR, LF or NUL at or behind `at`; the size when there is none.
std::size_t find_special(std::string_view input, std::size_t at) {
#if defined(__SSE2__)
    // Sixteen octets at a time, all three at once: a memchr for each would read every line three
    // times.
    const __m128i cr = _mm_set1_epi8('\r');
    const __m128i lf = _mm_set1_epi8('\n');
    const __m128i nul = _mm_setzero_si128();
    for (; at + 16 <= input.size(); at += 16) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(input.data() + at));
        const __m128i ends = _mm_or_si128(_mm_cmpeq_epi8(block, cr), _mm_cmpeq_epi8(block, lf));
        const __m128i hits = _mm_or_si128(ends, _mm_cmpeq_epi8(block, nul));
        const auto mask = static_cast<unsigned>(_mm_movemask_epi8(hits));
        if (mask != 0) return at + static_cast<std::size_t>(std::countr_zero(mask));
    }
#endif
    while (at < input.size() && !is_special(input[at]))
        ++at;
    return at;
}

}  // namespace

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
