// The variables of the language: their names, from which stage of a session on they have a value,
// and of which type it is.
#pragma once

#include <string_view>
#include <vector>

#include "expr/expression.hpp"
#include "expr/type.hpp"

namespace postern::expr {

struct VariableInfo {
    std::string_view name;
    Variable variable;
    Stage since;
    Type type;
};

const VariableInfo* find_variable(std::string_view name);
std::vector<std::string_view> variable_names();

// "connect", "EHLO", "AUTH", "MAIL", "RCPT".
std::string_view stage_name(Stage stage);

}  // namespace postern::expr
