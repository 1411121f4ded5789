#include "expr/functions.hpp"

#include <array>

namespace postern::expr {
namespace {

constexpr std::array<Function, 3> special_forms{{
    {"attr", 1, Type::any, nullptr, nullptr, Function::Form::attribute},
    {"if_then", 3, Type::any, nullptr, nullptr, Function::Form::choice},
    {"matches", 2, Type::boolean, nullptr, nullptr, Function::Form::match},
}};

std::array<std::span<const Function>, 4> tables() {
    return {special_forms, text_functions(), list_functions(), address_functions()};
}

}  // namespace

const Function* find_function(std::string_view name) {
    for (const auto table : tables())
        for (const auto& each : table)
            if (each.name == name) return &each;
    return nullptr;
}

std::vector<std::string_view> function_names() {
    std::vector<std::string_view> names;
    for (const auto table : tables())
        for (const auto& each : table)
            names.push_back(each.name);
    return names;
}

}  // namespace postern::expr
