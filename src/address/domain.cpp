#include "address/domain.hpp"

#include <idn2.h>

#include <algorithm>
#include <cstdint>
#include <memory>

#include "address/unicode.hpp"

namespace postern::address {
namespace {

constexpr std::size_t longest_domain = 255;  // RFC 5321 4.5.3.1.2
constexpr std::size_t longest_label = 63;    // RFC 1035 2.3.4
constexpr std::string_view ace_prefix = "xn--";

bool is_letter_or_digit(char octet) {
    return (octet >= 'a' && octet <= 'z') || (octet >= '0' && octet <= '9');
}

// RFC 5321 4.1.2, sub-domain, already in lower case.
bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= longest_label && label.front() != '-' &&
           label.back() != '-' && std::ranges::all_of(label, [](char octet) {
               return is_letter_or_digit(octet) || octet == '-';
           });
}

// Whether all labels of a lower-case name are labels, and whether one of them claims to be an
// A-label.
struct Labels {
    bool valid = true;
    bool ace = false;
};
Labels inspect(std::string_view name) {
    Labels labels;
    for (;;) {
        const auto dot = name.find('.');
        const auto label = name.substr(0, dot);
        labels.valid = labels.valid && is_label(label);
        labels.ace = labels.ace || label.starts_with(ace_prefix);
        if (dot == std::string_view::npos) return labels;
        name.remove_prefix(dot + 1);
    }
}

// No IDN2_USE_STD3_ASCII_RULES: it drops "@", "/" and "_" silently and makes another domain of the
// rest. What the mapping lets through is judged afterwards, by `inspect`.
std::optional<std::string> looked_up(const std::string& name, int flags) {
    std::uint8_t* found = nullptr;
    const int status = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(name.c_str()), &found,
                                      IDN2_NFC_INPUT | flags);
    const std::unique_ptr<std::uint8_t, decltype(&idn2_free)> owner(
        found, [](void* octets) { idn2_free(octets); });
    if (status != IDN2_OK) return std::nullopt;
    return to_lower(reinterpret_cast<const char*>(found));
}

// Read twice, as UTS 46 maps it (a soft hyphen is nothing, a fullwidth letter a letter) and as IDNA
// 2008 itself, which maps nothing but what we know of case: a name is what both find in it.
std::optional<std::string> to_a_labels(const std::string& name) {
    const auto mapped = looked_up(name, IDN2_NONTRANSITIONAL);
    const auto literal = looked_up(to_lower(to_nfc(name)), IDN2_NO_TR46);
    return mapped == literal ? mapped : std::nullopt;
}

}  // namespace

std::optional<std::string> normalize_domain(std::string_view domain) {
    if (domain.size() > longest_domain || !is_text(domain)) return std::nullopt;
    // UTS 46 has its own idea of case (a final sigma): what is not ASCII goes there as it is.
    auto name = is_ascii(domain) ? to_lower(domain) : std::string(domain);
    if (is_ascii(name)) {
        const auto labels = inspect(name);
        if (!labels.valid) return std::nullopt;
        if (!labels.ace) return name;
    }
    auto encoded = to_a_labels(name);
    if (!encoded || encoded->size() > longest_domain || !inspect(*encoded).valid) {
        return std::nullopt;
    }
    return encoded;
}

bool is_spelling_of(std::string_view typed, std::string_view normal) {
    if (normal.starts_with('[')) return false;
    // The normal form of plain ASCII is its lower case, and `normal` has been judged already.
    return is_ascii(typed) ? to_lower(typed) == normal : normalize_domain(typed) == normal;
}

}  // namespace postern::address
