#include "address/unicode.hpp"

#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>
#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <new>

namespace postern::address {
namespace {

using Sink = icu::StringByteSink<std::string>;

// ICU's own tables are compiled in and the input is valid: what is left to fail is memory.
void check(UErrorCode status) {
    if (U_FAILURE(status)) throw std::bad_alloc();
}

std::int32_t icu_size(std::string_view text) {
    return static_cast<std::int32_t>(text.size());
}

icu::StringPiece piece(std::string_view text) {
    return {text.data(), icu_size(text)};
}

void append(std::string& text, UChar32 character) {
    char octets[U8_MAX_LENGTH];
    std::int32_t size = 0;
    U8_APPEND_UNSAFE(octets, size, character);
    text.append(octets, static_cast<std::size_t>(size));
}

bool is_control_or_separator(UChar32 character) {
    return character < 0x20 || (character >= 0x7F && character <= 0x9F) || character == 0x2028 ||
           character == 0x2029;
}

bool is_printable_ascii(char octet) {
    return octet >= 0x20 && octet < 0x7F;
}

char ascii_lower(char octet) {
    return octet >= 'A' && octet <= 'Z' ? static_cast<char>(octet | 0x20) : octet;
}

}  // namespace

bool is_ascii(std::string_view octets) {
    return std::ranges::none_of(octets, [](char octet) { return (octet & 0x80) != 0; });
}

bool is_text(std::string_view octets) {
    if (std::ranges::all_of(octets, is_printable_ascii)) return true;
    if (octets.size() > INT32_MAX) return false;
    for (std::int32_t at = 0; at < icu_size(octets);) {
        UChar32 character = 0;
        U8_NEXT(octets.data(), at, icu_size(octets), character);
        if (character < 0 || is_control_or_separator(character)) return false;
    }
    return true;
}

std::optional<std::string> to_utf8(std::string_view octets, std::string_view charset) {
    // Only what stands in ICU's own table: for any other name it would look among the files. Behind
    // a comma it has options, which are nobody's charset.
    if (charset.find_first_of(", ") != std::string_view::npos) return std::nullopt;
    const std::string name(charset);
    UErrorCode status = U_ZERO_ERROR;
    if (ucnv_countAliases(name.c_str(), &status) == 0 || U_FAILURE(status)) return std::nullopt;
    const icu::UnicodeString text(octets.data(), icu_size(octets), name.c_str());
    if (text.isBogus()) return std::nullopt;
    std::string result;
    text.toUTF8String(result);
    return result;
}

std::string to_nfc(std::string_view text) {
    if (is_ascii(text)) return std::string(text);
    UErrorCode status = U_ZERO_ERROR;
    const auto* form = icu::Normalizer2::getNFCInstance(status);
    check(status);
    std::string result;
    Sink sink(&result);
    form->normalizeUTF8(0, piece(text), sink, nullptr, status);
    check(status);
    return result;
}

std::string to_lower(std::string_view text) {
    std::string result;
    if (is_ascii(text)) {
        result.resize(text.size());
        std::ranges::transform(text, result.begin(), ascii_lower);
        return result;
    }
    UErrorCode status = U_ZERO_ERROR;
    Sink sink(&result);
    icu::CaseMap::utf8ToLower("", 0, piece(text), sink, nullptr, status);
    check(status);
    return to_nfc(result);
}

std::string map_width(std::string_view text) {
    if (is_ascii(text)) return std::string(text);
    UErrorCode status = U_ZERO_ERROR;
    const auto* form = icu::Normalizer2::getNFKCInstance(status);
    check(status);
    std::string result;
    for (std::int32_t at = 0; at < icu_size(text);) {
        UChar32 character = 0;
        U8_NEXT_UNSAFE(text.data(), at, character);
        const auto kind = u_getIntPropertyValue(character, UCHAR_DECOMPOSITION_TYPE);
        icu::UnicodeString stands_for;
        if ((kind == U_DT_WIDE || kind == U_DT_NARROW) &&
            form->getRawDecomposition(character, stands_for)) {
            stands_for.toUTF8String(result);
        } else {
            append(result, character);
        }
    }
    return result;
}

}  // namespace postern::address
