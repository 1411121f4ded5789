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
    const std::string key(text.substr(0, end));
    const std::string value(end == text.npos ? text : text.substr(end + 1));
    for (const auto comparator : {Comparator::equal_to, Comparator::starts_with,
                                  Comparator::ends_with, Comparator::in_list, Comparator::matches})
        for (const bool negated : {false, true}) {
            const auto term = compile({key, comparator, negated, {value}}, {.stage = Stage::rcpt});
            if (!term && term.error().what.empty()) std::abort();
            if (!term) continue;
            const Expression expression({{*term, Term::constant("a")}}, Term::constant("b"));
            expression.text(AwkwardVariables());
            const bool both =
                join(Junction::all_of, {*term, *term}).evaluate(AwkwardVariables()).truth();
            if (both != term->evaluate(AwkwardVariables()).truth()) std::abort();
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
