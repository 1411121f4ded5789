// The variables of the language: their names, at which stages of a session they have a value, and
// of which type it is.
#pragma once

#include <cstddef>
#include <optional>
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
    Stage until = Stage::header;
};

const VariableInfo* find_variable(std::string_view name);
std::vector<std::string_view> variable_names();

// Why a setting of this stage cannot ask for it; nullopt: it can.
std::optional<Error> untimely(const VariableInfo& variable, Stage stage, std::size_t offset);

// "connect", "EHLO", "AUTH", "MAIL", "RCPT", "the header".
std::string_view stage_name(Stage stage);

}  // namespace postern::expr
