// What expressions come to.
#include "expr/expression.hpp"

#include <gtest/gtest.h>

#include "expr/fixed_variables.hpp"

namespace postern::expr {
namespace {

Context anything() {
    return {.stage = Stage::rcpt,
            .kind = Kind::boolean,
            .constants = {"plain", "login", "scram-sha-256"}};
}

std::string result_of(const std::string& text) {
    const auto term = Term::compile(text, anything());
    if (!term) return "error at " + std::to_string(term.error().offset) + ": " + term.error().what;
    return written(term->evaluate(FixedVariables()));
}

struct Case {
    const char* text;
    const char* result;
};

void expect(std::initializer_list<Case> cases) {
    for (const auto& [text, result] : cases) {
        // Out of a list comes a value of any type, so that no type is refused here.
        const std::string bare = std::string("[") + text + "][local_port - 587]";
        EXPECT_EQ(result_of(bare), result) << text;
    }
}

TEST(Expression, LiteralsAreNumbersTextsDurationsAndLists) {
    expect({{"5", "5"},
            {"0", "0"},
            {"9223372036854775807", "9223372036854775807"},
            {"0.5", "0.5f"},
            {"2.0", "2f"},
            {"true", "1"},
            {"false", "0"},
            {"'a'", "'a'"},
            {"\"a\"", "'a'"},
            {"'it is \"so\"'", "'it is \"so\"'"},
            {"\"it's\"", "'it's'"},
            {"''", "''"},
            {"500ms", "500"},
            {"5s", "5000"},
            {"2m", "120000"},
            {"1h", "3600000"},
            {"1d", "86400000"},
            {"5S", "5000"},
            {"[]", "[]"},
            {"[1, 'a', plain]", "[1, 'a', plain]"},
            {"[[1], [2, 3]]", "[[1], [2, 3]]"},
            {"[plain, scram-sha-256]", "[plain, scram-sha-256]"}});
}

TEST(Expression, BackslashesStayForRegularExpressionsAndMakeControlCharacters) {
    expect({{R"('a\.b')", R"('a\.b')"},
            {R"('a\nb')", "'a\nb'"},
            {R"('a\tb\r')", "'a\tb\r'"},
            {R"('it\'s')", "'it's'"},
            {R"("a\"b")", "'a\"b'"},
            {R"('CORP\jane')", R"('CORP\jane')"},
            {R"('a\\')", R"('a\\')"},
            {R"(matches('^a\.b$', 'a.b'))", "1"},
            {R"(matches('^a\.b$', 'axb'))", "0"},
            {R"(matches('^a\\b$', 'a' + substring('\\', 0, 1) + 'b'))", "1"}});
}

TEST(Expression, OperatorsBindAsTheContractSays) {
    expect({{"1 + 2 * 3", "7"},
            {"(1 + 2) * 3", "9"},
            {"2 * 3 + 1", "7"},
            {"10 - 2 - 3", "5"},
            {"-2 * 3", "-6"},
            {"2 - -3", "5"},
            {"- - 3", "3"},
            {"!true == false", "1"},
            {"!(true == false)", "1"},
            {"!0 + 1", "2"},
            {"1 + 1 < 3", "1"},
            {"1 < 2 == true", "1"},
            {"2 == 1 < 2", "0"},
            {"1 == 1 ^ 1 == 1", "0"},
            {"1 == 1 ^ 1 == 2", "1"},
            {"true ^ true && false", "0"},
            {"true && false ^ true", "1"},
            {"true || false && false", "1"},
            {"(true || false) && false", "0"},
            {"false && true || true", "1"},
            {"1 + 2 == 3 && 2 * 2 == 4", "1"},
            {"!is_tls || local_port == 587", "1"}});
}

TEST(Expression, SynonymsTabsAndMissingSpacesAreFine) {
    expect({{"listener='submission'", "1"},
            {"listener = 'submission'", "1"},
            {"listener =\t'submission'", "1"},
            {"listener!='smtp'", "1"},
            {"is_tls&local_port=587", "1"},
            {"is_tls&&!false", "1"},
            {"false|is_tls", "1"},
            {"5=>5", "1"},
            {"5=<4", "0"},
            {"5>=5&4<=5", "1"},
            {"local_port=-1", "0"},
            {"\n1\r\n+\t1 ", "2"},
            {"1+1", "2"},
            {"[1,2][1]", "2"},
            {"contains( groups ,'sales' )", "1"}});
}

TEST(Expression, VariablesAndAttributesComeFromTheSession) {
    expect({{"listener", "'submission'"},
            {"local_ip", "'192.0.2.1'"},
            {"local_port", "587"},
            {"remote_ip", "'10.1.2.3'"},
            {"remote_port", "40000"},
            {"is_tls", "1"},
            {"tls_version", "'TLSv1.3'"},
            {"tls_cipher", "'TLS_AES_128_GCM_SHA256'"},
            {"helo_domain", "'client.example.org'"},
            {"authenticated_as", "'jane'"},
            {"groups", "['sales', 'Staff']"},
            {"sender", "'Jane.Doe@Example.org'"},
            {"sender_domain", "'example.org'"},
            {"rcpt", "'bob@example.net'"},
            {"rcpt_domain", "'example.net'"},
            {"attr('mailHost')", "'imap7'"},
            {"attr(\"quota\") + 1", "11"},
            {"attr('none')", "''"},
            {"groups[1]", "'Staff'"},
            {"groups[2]", "''"},
            {"groups[-1]", "''"},
            {"sender[0]", "'Jane.Doe@Example.org'"}});
}

TEST(Expression, SumsJoinTextsAndLists) {
    expect({{"'a' + 'b'", "'ab'"},
            {"'a' + 1", "'a1'"},
            {"1 + 'a'", "'1a'"},
            {"'' + 1", "1"},
            {"'' + [1]", "['', 1]"},
            {"[1] + [2]", "[1, 2]"},
            {"[1] + 'a'", "[1, 'a']"},
            {"'a' + [1]", "['a', 1]"},
            {"[1, 2, 1, 3] - 1", "[2, 3]"},
            {"[1, 2, 3] - [1, 3]", "[2]"},
            {"1 + 0.5", "1.5f"},
            {"'5' - 2", "3"},
            {"'x' - 2", "-2"},
            {"'2' * '3'", "6"},
            {"7 / 2", "3.5f"},
            {"1 / 0", "0f"},
            {"-'4'", "-4"},
            {"-0.5", "-0.5f"}});
}

TEST(Expression, NumbersSaturateInsteadOfOverflowing) {
    expect({{"9223372036854775807 + 1", "9223372036854775807"},
            {"-9223372036854775807 - 9", "-9223372036854775808"},
            {"9223372036854775807 * 2", "9223372036854775807"},
            {"9223372036854775807 * -2", "-9223372036854775808"},
            {"-(0 - 9223372036854775807 - 1)", "9223372036854775807"},
            {"substring('abc', 9223372036854775807, 9223372036854775807)", "''"},
            {"groups[9223372036854775807 * 1.5]", "''"}});
}

TEST(Expression, EqualityComparesTextsExactlyAndTextsWithNumbersAsNumbers) {
    expect({{"'a' == 'a'", "1"},
            {"'a' == 'A'", "0"},
            {"'a' != 'b'", "1"},
            {"'25' == 25", "1"},
            {"'25.0' == 25", "1"},
            {"attr('none') == 0", "1"},
            {"attr('mailHost') == 0", "0"},
            {"1 == 1.0", "1"},
            {"true == 1", "1"},
            {"[1, 2] == [1, 2]", "1"},
            {"[1, 2] == [1]", "0"},
            {"[1] == 1", "0"},
            {"[] == []", "1"}});
}

TEST(Expression, OrderIsNumericForNumbersAndByOctetsForTexts) {
    expect({{"2 < 10", "1"},
            {"'2' < '10'", "0"},
            {"'2' < 10", "1"},
            {"attr('quota') >= 10", "1"},
            {"'a' < 'b'", "1"},
            {"'b' > 'a'", "1"},
            {"'a' <= 'a'", "1"},
            {"tls_version >= 'TLSv1.2'", "1"},
            {"0.5 < 1", "1"},
            {"[1] < [2]", "0"},
            {"[1] >= [1]", "0"}});
}

TEST(Expression, TruthIsEverythingButZeroAndEmpty) {
    expect({{"!0", "1"},
            {"!0.0", "1"},
            {"!''", "1"},
            {"![]", "1"},
            {"!1", "0"},
            {"!'0'", "0"},
            {"![0]", "0"},
            {"!plain", "0"},
            {"'a' && 'b'", "1"},
            {"'' || 'b'", "1"},
            {"'' || 0 || []", "0"},
            {"'a' ^ 'b'", "0"}});
}

TEST(Expression, TextFunctions) {
    expect({{"is_empty('')", "1"},
            {"is_empty(' ')", "0"},
            {"is_empty([])", "1"},
            {"is_empty(0)", "0"},
            {"len('abc')", "3"},
            {"len([1, 2])", "2"},
            {"len(123)", "3"},
            {"contains('abc', 'bc')", "1"},
            {"contains('abc', 'x')", "0"},
            {"contains(groups, 'sales')", "1"},
            {"contains(groups, 'sale')", "0"},
            {"contains_ignore_case('ABC', 'bc')", "1"},
            {"contains_ignore_case(groups, 'staff')", "1"},
            {"contains_ignore_case(groups, 'sta')", "0"},
            {"eq_ignore_case('ABC', 'abc')", "1"},
            {"eq_ignore_case('ABC', 'abd')", "0"},
            {"starts_with('abc', 'ab')", "1"},
            {"starts_with('abc', 'bc')", "0"},
            {"ends_with('abc', 'bc')", "1"},
            {"ends_with('abc', 'ab')", "0"},
            {"to_lowercase('AbC')", "'abc'"},
            {"to_lowercase(['A', 'B'])", "['a', 'b']"},
            {"to_uppercase('AbC')", "'ABC'"},
            {"trim('  a b\t')", "'a b'"},
            {"trim_start('  a ')", "'a '"},
            {"trim_end(' a  ')", "' a'"},
            {"trim('   ')", "''"},
            {"strip_prefix('abc', 'ab')", "'c'"},
            {"strip_prefix('abc', 'x')", "''"},
            {"strip_suffix('abc', 'bc')", "'a'"},
            {"strip_suffix('abc', 'x')", "''"},
            {"substring('abcdef', 1, 3)", "'bcd'"},
            {"substring('abc', 2, 10)", "'c'"},
            {"substring('abc', 5, 1)", "''"},
            {"substring('abc', -2, 2)", "'ab'"},
            {"substring('grün', 2, 1)", "'ü'"},
            {"count_chars('grün')", "4"},
            {"count_spaces(' a b ')", "3"},
            {"count_uppercase('aBC')", "2"},
            {"count_lowercase('aBC')", "1"},
            {"has_digits('a1')", "1"},
            {"has_digits('a')", "0"},
            {"is_uppercase('AB1')", "1"},
            {"is_uppercase('Ab')", "0"},
            {"is_lowercase('ab1')", "1"},
            {"is_lowercase('aB')", "0"},
            {"is_number(1)", "1"},
            {"is_number(0.5)", "1"},
            {"is_number('1')", "0"}});
}

TEST(Expression, ListFunctions) {
    expect({{"split('a,b,,c', ',')", "['a', 'b', '', 'c']"},
            {"split('abc', ',')", "['abc']"},
            {"split('abc', '')", "['abc']"},
            {"split('', ',')", "['']"},
            {"rsplit('a.b.c', '.')", "['c', 'b', 'a']"},
            {"split_once('a=b=c', '=')", "['a', 'b=c']"},
            {"split_once('abc', '=')", "''"},
            {"rsplit_once('a=b=c', '=')", "['a=b', 'c']"},
            {"split_n('a b c', ' ', 2)", "['a', 'b c']"},
            {"split_n('a b c', ' ', 0)", "[]"},
            {"split_words('  one, two  3 ')", "['two', '3']"},
            {"lines('a\\r\\nb\\n')", "['a', 'b']"},
            {"lines('')", "[]"},
            {"count(groups)", "2"},
            {"count('a')", "1"},
            {"count('')", "0"},
            {"dedup(['a', 'b', 'a'])", "['a', 'b']"},
            {"winnow(['a', '', 'b'])", "['a', 'b']"},
            {"is_intersect(groups, ['x', 'Staff'])", "1"},
            {"is_intersect(groups, ['x', 'staff'])", "0"},
            {"is_intersect(groups, 'sales')", "1"},
            {"is_intersect([], [])", "0"},
            {"sort(['b', 'a'], true)", "['a', 'b']"},
            {"sort([10, 9], true)", "[9, 10]"},
            {"sort([1, 3, 2], false)", "[3, 2, 1]"},
            {"split(sender, '@')[1]", "'Example.org'"}});
}

TEST(Expression, AddressFunctions) {
    expect({{"email_part('a@b.org', 'local')", "'a'"},
            {"email_part('a@b.org', 'domain')", "'b.org'"},
            {"email_part('\"a@b\"@c.org', 'local')", "'\"a@b\"'"},
            {"email_part('nobody', 'domain')", "''"},
            {"is_email('a.b+c@example.org')", "1"},
            {"is_email('\"a b\"@example.org')", "1"},
            {"is_email('a@localhost')", "0"},
            {"is_email('a b@example.org')", "0"},
            {"is_email('.a@example.org')", "0"},
            {"is_email('a@b@example.org')", "0"},
            {"is_email('a@example..org')", "0"},
            {"is_email('@example.org')", "0"},
            {"is_email('a')", "0"},
            {"is_ip_addr('10.0.0.1')", "1"},
            {"is_ip_addr('2001:db8::1')", "1"},
            {"is_ip_addr('10.0.0.256')", "0"},
            {"is_ip_addr('host')", "0"},
            {"is_ipv4_addr('::1')", "0"},
            {"is_ipv4_addr('1.2.3.4')", "1"},
            {"is_ipv6_addr('::1')", "1"},
            {"is_ip_in_cidr(remote_ip, '10.0.0.0/8')", "1"},
            {"is_ip_in_cidr(remote_ip, '10.1.2.3')", "1"},
            {"is_ip_in_cidr(remote_ip, '10.1.2.4/31')", "0"},
            {"is_ip_in_cidr(remote_ip, '0.0.0.0/0')", "1"},
            {"is_ip_in_cidr(remote_ip, '::/0')", "0"},
            {"is_ip_in_cidr(remote_ip, ['192.0.2.0/24', '10.0.0.0/8'])", "1"},
            {"is_ip_in_cidr('::ffff:10.0.0.1', '10.0.0.0/8')", "1"},
            {"is_ip_in_cidr('10.0.0.1', '::ffff:10.0.0.0/104')", "1"},
            {"is_ip_in_cidr('2001:db8::1', '2001:db8::/32')", "1"},
            {"is_ip_in_cidr('2001:db9::1', '2001:db8::/32')", "0"},
            {"is_ip_in_cidr(listener, '10.0.0.0/8')", "0"},
            {"is_ip_in_cidr(remote_ip, listener)", "0"},
            {"ip_reverse_name('192.0.2.1')", "'1.2.0.192.in-addr.arpa'"},
            {"ip_reverse_name('2001:db8::1')",
             "'1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa'"},
            {"ip_reverse_name('x')", "''"}});
}

TEST(Expression, MatchesFindsAnywhereUnlessAnchored) {
    expect({{"matches('sub', listener)", "1"},
            {"matches('^mission', listener)", "0"},
            {"matches('(?i)^SUB', listener)", "1"},
            {"matches('^(.+)@example\\.(org|net)$', rcpt)", "1"},
            {"matches('', '')", "1"}});
}

TEST(Expression, IfThenAsksOnlyWhatItNeeds) {
    expect({{"if_then(is_tls, 'a', 'b')", "'a'"}, {"if_then(!is_tls, 'a', 'b')", "'b'"}});
    const auto term = Term::compile("if_then(true && is_tls, 1, local_port)", anything());
    ASSERT_TRUE(term);
    const FixedVariables variables;
    term->evaluate(variables);
    EXPECT_EQ(variables.asked, 1);
}

TEST(Expression, AndAndOrStopAtTheOperandThatDecides) {
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

TEST(Expression, TheFirstBranchThatHoldsDecides) {
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

TEST(Expression, ReadsItsValueAsTheSettingWantsIt) {
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

TEST(Expression, KnowsItsPossibleResultsWhenTheyAreConstants) {
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

TEST(Expression, LongChainsOfAlternativesAreFine) {
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
