// The conditions of older configurations, in which comparators stand inside the block:
// { if = "listener", ne = "smtp", then = true }, { any-of = [ ... ], then = true }.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "config/setting_report.hpp"
#include "config/tree.hpp"
#include "expr/comparison.hpp"
#include "expr/expression.hpp"

namespace postern::config {

// A block of this dialect.
bool has_comparator(const Table& block);
// All of them, for hints.
std::vector<std::string_view> comparator_names();

class OlderCondition {
 public:
    // What is wrong is reported.
    OlderCondition(const expr::Context& context, SettingReport& report)
        : context_(context), report_(report) {}

    // The condition of a block that has a comparator. `then` beside it is the caller's.
    std::optional<expr::Term> read(const Table& block);

 private:
    std::optional<expr::Term> junction(expr::Junction junction, const Value& conditions);
    std::optional<expr::Term> inner(const Value& value);
    std::optional<expr::Term> comparison(const Table& block, expr::Comparison comparison,
                                         const Value& value);
    std::optional<std::vector<std::string>> values(expr::Comparator comparator, const Value& value);
    std::optional<std::vector<std::string>> list(const Value& value);
    std::optional<std::string> text(const Value& value);

    const expr::Context& context_;
    SettingReport& report_;
};

}  // namespace postern::config
