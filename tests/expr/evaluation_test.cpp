// Which parts of an expression are asked, and how its value reads.
#include "expr/expression.hpp"

#include "expr/tables.hpp"

namespace postern::expr {
namespace {

TEST(Evaluation, AndAndOrStopAtTheOperandThatDecides) {
    const std::pair<const char*, int> cases[] = {
        {"is_tls || listener == 'a' || local_port", 1},
        {"!is_tls && listener == 'a'", 1},
        {"is_tls && listener == 'a' && local_port", 2},
        {"!is_tls || listener == 'submission' || local_port", 2},
    };
    for (const auto& [text, asked] : cases) {
        const auto term = Term::compile(text, anything());
        ASSERT_TRUE(term) << text;
        const FixedVariables variables;
        term->evaluate(variables);
        EXPECT_EQ(variables.asked, asked) << text;
    }
}

TEST(Evaluation, TheFirstBranchThatHoldsDecides) {
    const Context context{.stage = Stage::connect, .kind = Kind::text};
    const auto term = [&](const char* text, Kind kind) {
        return Term::compile(text, Context{.stage = Stage::connect, .kind = kind}).value();
    };
    const Expression expression(
        {{term("listener == 'smtp'", Kind::boolean), term("'one'", Kind::text)},
         {term("is_tls", Kind::boolean), term("'two'", Kind::text)},
         {term("true", Kind::boolean), term("'three'", Kind::text)}},
        term("'four'", Kind::text));
    EXPECT_EQ(expression.text(FixedVariables()), "two");
    FixedVariables clear;
    clear.values[Variable::is_tls] = false;
    EXPECT_EQ(expression.text(clear), "three");
    clear.values[Variable::listener] = "smtp";
    EXPECT_EQ(expression.text(clear), "one");
    EXPECT_EQ(Expression({}, term("'four'", Kind::text)).text(clear), "four");
}

TEST(Evaluation, ReadsItsValueAsTheSettingWantsIt) {
    const FixedVariables variables;
    EXPECT_TRUE(Expression(Value(true)).boolean(variables));
    EXPECT_EQ(Expression(Value(std::int64_t{5})).integer(variables), 5);
    EXPECT_EQ(Expression(Value(std::int64_t{5000})).duration(variables), std::chrono::seconds(5));
    EXPECT_EQ(Expression(Value("ldap")).text(variables), "ldap");
    EXPECT_EQ(Expression(Value(false)).text(variables), "");
    EXPECT_EQ(Expression().text(variables), "");
    const std::vector<std::string> words{"plain", "login"};
    EXPECT_EQ(Expression(Value(List{Constant{"plain"}, Constant{"login"}})).texts(variables),
              words);
    EXPECT_TRUE(Expression(Value(false)).texts(variables).empty());
    EXPECT_EQ(Expression(Value(Constant{"plain"})).texts(variables),
              std::vector<std::string>{"plain"});
}

TEST(Evaluation, KnowsItsPossibleResultsWhenTheyAreConstants) {
    const auto term = [](const char* text) {
        return Term::compile(
                   text,
                   Context{.stage = Stage::auth, .kind = Kind::text, .false_means_none = true})
            .value();
    };
    const auto results = [](const Expression& expression) {
        std::string result;
        for (const auto& value : expression.possible_results())
            result += written(value) + " ";
        return result;
    };
    const auto condition = Term::compile("is_tls", Context{}).value();
    EXPECT_EQ(results(Expression(Value("x"))), "'x' ");
    EXPECT_EQ(results(Expression()), "'' ");
    EXPECT_EQ(results(Expression({{condition, term("'a'")}, {condition, term("'a' + 'b'")}},
                                 term("false"))),
              "'a' 'ab' 0 ");
    EXPECT_EQ(
        results(Expression({{condition, term("'a'")}, {condition, term("'a'")}}, term("'a'"))),
        "'a' ");
    EXPECT_EQ(results(Expression({}, term("if_then(is_tls, 'a', 'b')"))), "'a' 'b' ");
    EXPECT_EQ(results(Expression({{condition, term("'a'")}}, term("listener"))), "");
}

TEST(Evaluation, LongChainsOfAlternativesAreFine) {
    std::string text = "listener == 'x'";
    while (text.size() < 16000)
        text += " || listener == 'x'";
    text += " || is_tls";
    const auto term = Term::compile(text, anything());
    ASSERT_TRUE(term);
    EXPECT_TRUE(term->evaluate(FixedVariables()).truth());
}

TEST(Value, ReadsTextsAsNumbersAndNumbersWithinBounds) {
    EXPECT_EQ(Value("42").integer(), 42);
    EXPECT_EQ(Value("4.9").integer(), 4);
    EXPECT_EQ(Value("1e9").integer(), 0);
    EXPECT_EQ(Value("inf").integer(), 0);
    EXPECT_EQ(Value("x").integer(), 0);
    EXPECT_EQ(Value(1e300).integer(), std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(Value(-1e300).integer(), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(Value(std::numeric_limits<double>::quiet_NaN()).integer(), 0);
    EXPECT_EQ(Value("0.5").real(), 0.5);
    EXPECT_EQ(Value(std::int64_t{2}).real(), 2.0);
    EXPECT_EQ(Value(List{"a", std::int64_t{1}}).text(), "a\r\n1");
    EXPECT_EQ(Value(List{"a"}).items().size(), 1u);
    EXPECT_EQ(Value("").items().size(), 0u);
    EXPECT_EQ(Value("a").items().size(), 1u);
}

}  // namespace
}  // namespace postern::expr
