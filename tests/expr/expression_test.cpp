// What expressions come to: literals, operators, coercion, variables.
#include "expr/expression.hpp"

#include "expr/tables.hpp"

namespace postern::expr {
namespace {

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
            {"-0.5", "-0.5f"},
            {"0.5 + 'a'", "'0.5a'"},
            {"true + 'a'", "'1a'"},
            {"plain + 'a'", "'plaina'"},
            {"'a' - 'b'", "0"},
            {"['a', 'b'] - 'c'", "['a', 'b']"},
            {"['5', 6] - 5", "[6]"},
            {"1 - 0.5", "0.5f"},
            {"2 * 0.5", "1f"},
            {"[1] * 2", "0"},
            {"0 / 0", "0f"},
            {"'a' / 2", "0f"},
            {"'9' / '3'", "3f"},
            {"5s + 500ms", "5500"},
            {"5s / 2", "2500f"},
            {"[] + []", "[]"},
            {"'' + ''", "''"},
            {"groups + 'x'", "['sales', 'Staff', 'x']"}});
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
            {"[] == []", "1"},
            {"listener == 0", "0"},
            {"'' == 0", "1"},
            {"attr('none') == []", "0"},
            {"'1' == '1.0'", "0"},
            {"[1, '2'] == ['1', 2]", "1"},
            {"[[1]] == [[1]]", "1"},
            {"remote_ip == '10.1.2.3'", "1"},
            {"'2001:DB8::1' == '2001:db8::1'", "0"}});
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
            {"'a' ^ 'b'", "0"},
            {"'a' ^ ''", "1"},
            {"groups && 1", "1"},
            {"attr('none') || false", "0"},
            {"!attr('none')", "1"},
            {"!!5", "1"},
            {"-1 && true", "1"},
            {"' ' && true", "1"}});
}

}  // namespace
}  // namespace postern::expr
