// A look at TOML before it is parsed: toml++ bounds how deep values are nested, but neither how
// many parts a dotted key has nor what both come to together, and frees its tree by recursion.
#pragma once

#include <optional>
#include <string_view>

namespace postern::config {

struct TomlExcess {
    unsigned line = 0, column = 0;
    bool outside_ascii = false;  // a character, not the nesting
};

constexpr unsigned most_key_parts = 16;
constexpr unsigned deepest_nesting = 16;

// The first place where brackets are nested too deeply or a key has too many parts; or where a
// character outside ASCII stands outside of texts and comments, which TOML forbids and toml++ 3.3
// mishandles (it runs into an "unreachable" branch while looking for white space).
std::optional<TomlExcess> find_excess(std::string_view content);

}  // namespace postern::config
