// What the functions of the language come to.
#include "expr/functions.hpp"

#include "expr/tables.hpp"

namespace postern::expr {
namespace {

TEST(Functions, TextFunctions) {
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
            {"is_number('1')", "0"},
            {"hash('abc', 'md5')", "'900150983cd24fb0d6963f7d28e17f72'"},
            {"hash('abc', 'sha1')", "'a9993e364706816aba3e25717850c26c9cd0d89d'"},
            {"hash('', 'sha256')",
             "'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'"},
            {"substring(hash('abc', 'sha512'), 0, 8)", "'ddaf35a1'"},
            {"hash('abc', listener)", "''"},
            {"count(hash(groups, 'md5'))", "2"}});
}

TEST(Functions, ListFunctions) {
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

TEST(Functions, AddressFunctions) {
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

TEST(Functions, MatchesFindsAnywhereUnlessAnchored) {
    expect({{"matches('sub', listener)", "1"},
            {"matches('^mission', listener)", "0"},
            {"matches('(?i)^SUB', listener)", "1"},
            {"matches('^(.+)@example\\.(org|net)$', rcpt)", "1"},
            {"matches('', '')", "1"}});
}

TEST(Functions, IfThenAsksOnlyWhatItNeeds) {
    expect({{"if_then(is_tls, 'a', 'b')", "'a'"}, {"if_then(!is_tls, 'a', 'b')", "'b'"}});
    const auto term = Term::compile("if_then(true && is_tls, 1, local_port)", anything());
    ASSERT_TRUE(term);
    const FixedVariables variables;
    term->evaluate(variables);
    EXPECT_EQ(variables.asked, 1);
}

}  // namespace
}  // namespace postern::expr
