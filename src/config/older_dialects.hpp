// The forms in which older configurations write an expression: comparators inside the block
// ({ if = "listener", ne = "smtp", then = true }) and JSON ({ match = [...], else = ... }). This is
// where they will be turned into the branches of an expr::Expression; today they are recognised and
// refused.
#pragma once

#include <string>

#include "config/tree.hpp"

namespace postern::config {

struct OlderDialect {
    std::string what, hint;
};

// What is refused, when the block has comparators or any-of, all-of, none-of.
std::optional<OlderDialect> comparator_form(const Table& block);
// The same for a table that stands where a list of blocks does.
std::optional<OlderDialect> json_form(const Table& table);

}  // namespace postern::config
