// cache: the sealed note about what a directory has said. A record says it of one login or one
// account, `keys` names and seals it so that whoever keeps it learns and forges nothing, `change`
// is how two gateways write the same one, `local` is what this process keeps. Values and functions
// of them, with the time handed in; each directory has its own, on its own thread.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace postern::cache {

// What is remembered of a password: an HMAC of it, bound to its directory and account. Comparing
// takes the same time whatever is in it.
struct Verifier {
    std::array<char, 16> octets{};

    std::string_view text() const { return {octets.data(), octets.size()}; }
    friend bool operator==(const Verifier& left, const Verifier& right);
};

// The entry that has it, or nullptr. Every one is compared, so that the time does not tell which;
// no two have the same.
template <class Entry>
const Entry* matching(const std::vector<Entry>& entries, const Verifier& verifier) {
    std::size_t found = 0;  // one more than its place
    for (std::size_t i = 0; i < entries.size(); ++i)
        found |= (std::size_t{0} - std::size_t{entries[i].verifier == verifier}) & (i + 1);
    return found == 0 ? nullptr : &entries[found - 1];
}

}  // namespace postern::cache
