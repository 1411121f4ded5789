#include "crypto/yescrypt_parameters.hpp"

namespace postern::crypto {
namespace {

constexpr std::string_view alphabet =
    "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::uint32_t default_flavour = 47;  // YESCRYPT_DEFAULTS, the only one in use
constexpr std::uint32_t has_p = 1, has_t = 2;  // and 4, 8 for upgrades and a ROM

std::optional<std::uint32_t> take_letter(std::string_view& rest) {
    if (rest.empty()) return std::nullopt;
    const auto value = alphabet.find(rest.front());
    if (value == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(1);
    return static_cast<std::uint32_t>(value);
}

// yescrypt's numbers of variable length (decode64_uint32 of its reference implementation): the
// first letter tells how many follow, and every length begins where the shorter one ends.
std::optional<std::uint32_t> take_variable(std::string_view& rest, std::uint32_t least) {
    auto letter = take_letter(rest);
    if (!letter) return std::nullopt;
    std::uint32_t start = 0, end = 47, bits = 0;
    std::uint64_t value = least;
    while (*letter > end) {
        value += std::uint64_t{end + 1 - start} << bits;
        start = end + 1;
        end = start + (62 - end) / 2;
        bits += 6;
    }
    value += std::uint64_t{*letter - start} << bits;
    while (bits > 0) {
        letter = take_letter(rest);
        if (!letter) return std::nullopt;
        bits -= 6;
        value += std::uint64_t{*letter} << bits;
    }
    if (value > 0xFFFFFFFF) return std::nullopt;
    return static_cast<std::uint32_t>(value);
}

// 30 bits in five letters, the lowest first.
std::optional<std::uint32_t> take_fixed(std::string_view& rest) {
    std::uint32_t value = 0;
    for (unsigned bits = 0; bits < 30; bits += 6) {
        const auto letter = take_letter(rest);
        if (!letter) return std::nullopt;
        value |= *letter << bits;
    }
    return value;
}

}  // namespace

std::optional<ScryptCost> read_yescrypt_parameters(std::string_view text) {
    if (take_variable(text, 0) != default_flavour) return std::nullopt;
    const auto log2_n = take_variable(text, 1);
    const auto r = take_variable(text, 1);
    if (!log2_n || !r) return std::nullopt;
    ScryptCost cost{.log2_n = *log2_n, .r = *r, .p = 1};
    if (text.empty()) return cost;
    const auto further = take_variable(text, 1);
    if (!further || (*further & ~(has_p | has_t)) != 0) return std::nullopt;
    if ((*further & has_p) != 0) {
        const auto p = take_variable(text, 2);
        if (!p) return std::nullopt;
        cost.p = *p;
    }
    if ((*further & has_t) != 0) {
        const auto t = take_variable(text, 1);
        if (!t) return std::nullopt;
        cost.t = *t;
    }
    if (!text.empty()) return std::nullopt;
    return cost;
}

bool is_yescrypt_salt(std::string_view text) {
    constexpr std::size_t longest = 86;
    if (text.size() > longest || text.find_first_not_of(alphabet) != std::string_view::npos)
        return false;
    const auto rest = text.size() % 4;
    if (rest == 0) return true;
    // The lowest bits come first, so what is unused is on top of the last letter.
    const auto last = alphabet.find(text.back());
    return rest == 2 ? last < 4 : rest == 3 && last < 16;
}

std::optional<ScryptCost> read_crypt_scrypt_parameters(std::string_view text) {
    const auto log2_n = take_letter(text);
    const auto r = take_fixed(text);
    const auto p = take_fixed(text);
    if (!log2_n || !r || !p || !text.empty()) return std::nullopt;
    return ScryptCost{.log2_n = *log2_n, .r = *r, .p = *p};
}

}  // namespace postern::crypto
