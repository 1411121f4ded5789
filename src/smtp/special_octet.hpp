#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>

#include <bit>
#endif

#include <cstddef>
#include <string_view>

namespace postern::smtp {

inline bool is_special(char c) {
    return c == '\r' || c == '\n' || c == '\0';
}

// The index of the first CR, LF or NUL at or behind `at`; the size when there is none.
inline std::size_t find_special(std::string_view input, std::size_t at) {
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

}  // namespace postern::smtp
