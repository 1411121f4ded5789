// The word somebody probably meant: for the hints of mistyped keys, names and choices.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace postern::expr {

// The known word closest to `word` (letters added, left out, changed or swapped; case, `-` and `_`
// do not count), the first of equals. None when all are too far away to be a typing mistake.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string_view> known);

// `did you mean "x"?`, empty when nothing is near.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

}  // namespace postern::expr
