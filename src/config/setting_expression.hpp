// A setting that may be an expression, out of what TOML holds: a plain value, a text with an
// expression, a list of { if, then } that ends with { else }, its older dialect (older_dialects),
// or JSON (json_form). All become one expr::Expression.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/setting_report.hpp"
#include "config/tree.hpp"
#include "expr/expression.hpp"

namespace postern::config {

class SettingExpression {
 public:
    // `name` is that of the setting, for messages.
    SettingExpression(Source& source, const expr::Context& context, std::string name);

    // nullopt when anything is wrong; each mistake is a finding.
    std::optional<expr::Expression> read(const Value& value);

 private:
    using Term = expr::Term;
    using Branches = std::vector<expr::Expression::Branch>;

    // In the older dialect a text in `then` is just that, no expression.
    enum class Dialect : std::uint8_t { expressions, comparators };

    std::optional<expr::Expression> list_form(const Values& list, const Value& whole);
    std::optional<expr::Expression> match_form(const Table& table, const Value& whole);
    std::optional<expr::Expression> rule(const std::vector<const Value*>& blocks,
                                         const Value* otherwise);
    // Adds what the block says, unless it has a mistake.
    void if_block(const Table& block, Dialect dialect, Branches& branches);
    const Value* else_block(const Table& block);
    bool has_only_known_keys(const Table& block);

    // `captures` is how many the condition before makes.
    std::optional<Term> result(const Value& value, Dialect dialect, std::size_t captures);
    std::optional<Term> term(const Value& value, const expr::Context& context);
    std::optional<Term> expression(const Value& value, const expr::Context& context);
    std::optional<Term> plain(const Value& value, const std::string& text,
                              const expr::Context& context);
    std::optional<Term> text(const Value& value, const expr::Context& context);
    std::optional<Term> words(std::span<const Value> list, const expr::Context& context);
    bool has_macro(const Value& value);

    SettingReport report_;
    const expr::Context& context_;
    expr::Context condition_;
};

}  // namespace postern::config
