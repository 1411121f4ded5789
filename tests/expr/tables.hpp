// Tables of expressions and what they come to in the made-up session.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "expr/expression.hpp"
#include "expr/fixed_variables.hpp"

namespace postern::expr {

inline Context anything() {
    return {.stage = Stage::rcpt,
            .kind = Kind::boolean,
            .constants = {"plain", "login", "scram-sha-256"}};
}

inline std::string result_of(const std::string& text) {
    const auto term = Term::compile(text, anything());
    if (!term) return "error at " + std::to_string(term.error().offset) + ": " + term.error().what;
    return written(term->evaluate(FixedVariables()));
}

struct Case {
    const char* text;
    const char* result;
};

inline void expect(std::initializer_list<Case> cases) {
    for (const auto& [text, result] : cases) {
        // Out of a list comes a value of any type, so that no type is refused here.
        const std::string bare = std::string("[") + text + "][local_port - 587]";
        EXPECT_EQ(result_of(bare), result) << text;
    }
}

}  // namespace postern::expr
