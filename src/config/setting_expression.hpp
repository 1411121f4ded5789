// A setting that may be an expression, out of what TOML holds: a plain value, a text with an
// expression, or a list of { if, then } that ends with { else }.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/source.hpp"
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

    std::optional<expr::Expression> blocks(const Values& list, const Value& whole);
    // Add what the block says, unless it has a mistake.
    void if_block(const Table& block, std::vector<expr::Expression::Branch>& branches);
    void else_block(const Table& block, std::optional<Term>& otherwise);
    bool has_only_known_keys(const Table& block);

    std::optional<Term> term(const Value& value, const expr::Context& context);
    std::optional<Term> expression(const Value& value, const expr::Context& context);
    std::optional<Term> plain(const Value& value, const std::string& text,
                              const expr::Context& context);
    std::optional<Term> words(const Values& list, const expr::Context& context);
    void report(Place place, std::string what, std::string hint);

    Source& source_;
    const expr::Context& context_;
    expr::Context condition_;
    std::string name_;
    bool good_ = true;
};

}  // namespace postern::config
