// Any text as an expression of every kind of setting, as the text of the older dialect's `then`,
// and as what it compares: it compiles or tells why and where, and what compiles can be evaluated,
// whatever the session holds.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "expr/comparison.hpp"
#include "expr/expression.hpp"

namespace {

using namespace postern::expr;

// A session that answers with what is awkward: other types, empty and long texts.
class AwkwardVariables final : public Variables {
 public:
    Value value(Variable variable) const override {
        switch (static_cast<unsigned>(variable) % 5) {
            case 0:
                return Value(std::string(300, 'x') + "@example.org");
            case 1:
                return Value("10.1.2.3");
            case 2:
                return Value(std::int64_t{-1});
            case 3:
                return Value(List{"sales", List{}, std::int64_t{7}});
            default:
                return Value("");
        }
    }
    Value attribute(std::string_view name) const override { return Value(std::string(name)); }
};

void try_as(std::string_view text, Kind kind) {
    const Context context{.stage = Stage::rcpt,
                          .kind = kind,
                          .constants = {"plain", "login", "scram-sha-256"},
                          .false_means_none = true,
                          .captures = 2};
    const auto term = Term::compile(text, context);
    if (!term) {
        if (term.error().offset > text.size() || term.error().what.empty()) std::abort();
        return;
    }
    const Expression expression({}, *term);
    const AwkwardVariables variables;
    expression.boolean(variables);
    expression.integer(variables);
    expression.text(variables);
    expression.texts(variables);
    expression.possible_results();
}

void try_as_template(std::string_view text) {
    const auto term = compile_template(text, {.stage = Stage::rcpt, .captures = 2});
    if (!term && (term.error().offset > text.size() || term.error().what.empty())) std::abort();
    if (term) term->evaluate(AwkwardVariables());
}

// "key\nvalue"
void try_as_comparison(std::string_view text) {
    const auto end = text.find('\n');
    if (end == text.npos) return;
    Comparison comparison{std::string(text.substr(0, end))};
    comparison.values = {std::string(text.substr(end + 1))};
    const AwkwardVariables variables;
    for (const auto comparator :
         {Comparator::equal_to, Comparator::starts_with, Comparator::ends_with, Comparator::in_list,
          Comparator::matches}) {
        comparison.comparator = comparator;
        const auto term = compile(comparison, {.stage = Stage::rcpt});
        if (!term && term.error().what.empty()) std::abort();
        if (!term && !term.error().value) return;  // no key
        if (!term) continue;
        const bool holds = term->evaluate(variables).truth();
        const auto joined = [&](Junction junction) {
            return join(junction, {*term, *term}).evaluate(variables).truth();
        };
        if (joined(Junction::all_of) != holds || joined(Junction::any_of) != holds ||
            joined(Junction::none_of) == holds)
            std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const Kind kind :
         {Kind::boolean, Kind::integer, Kind::duration, Kind::text, Kind::constants})
        try_as(text, kind);
    try_as_template(text);
    try_as_comparison(text);
    return 0;
}
