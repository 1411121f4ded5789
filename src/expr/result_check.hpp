// Does what an expression comes to suit the setting? As far as that is known before there is a
// session.
#pragma once

#include <optional>

#include "expr/expression.hpp"
#include "expr/node.hpp"

namespace postern::expr {

std::optional<Error> check_result(const Node& node, const Context& context);

// Everything the expression can come to; nullopt when that depends on the session.
std::optional<List> possible_results(const Node& node);

}  // namespace postern::expr
