// The functions of the language, one line of a table each: what a call needs to be compiled and to
// run. All are pure. `attr`, `if_then` and `matches` have forms of their own, which the parser
// builds.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expr/expression.hpp"
#include "expr/type.hpp"

namespace postern::expr {

using Arguments = std::span<const Value>;

struct Function {
    enum class Form : std::uint8_t { plain, attribute, choice, match };

    // What is wrong with an argument that is known when the settings are loaded.
    struct Objection {
        std::size_t argument;
        std::string what, hint;
    };
    // The arguments; nullptr where one is not known yet.
    using Known = std::span<const Value* const>;

    std::string_view name;
    std::size_t arity;
    Type result;
    Value (*apply)(Arguments) = nullptr;
    std::optional<Objection> (*check)(Known) = nullptr;
    Form form = Form::plain;
};

const Function* find_function(std::string_view name);
std::vector<std::string_view> function_names();

// The parts of the table, by what the functions are about.
std::span<const Function> text_functions();
std::span<const Function> list_functions();
std::span<const Function> address_functions();

}  // namespace postern::expr
