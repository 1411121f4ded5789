#include "postgresql/query_template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::postgresql {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view known[] = {"login", "local", "domain"};

std::string statement_of(std::string_view text) {
    const auto query = QueryTemplate::parse(text, known);
    return query ? query->statement() : "refused: " + query.error().what;
}

TEST(QueryTemplate, PlaceholdersBecomeParameters) {
    const auto query = QueryTemplate::parse(
        "SELECT a FROM t WHERE l = :login AND d IN (:domain,:local) OR l = lower(:login)", known);
    ASSERT_TRUE(query);
    EXPECT_EQ(query->statement(), "SELECT a FROM t WHERE l = $1 AND d IN ($2,$3) OR l = lower($1)");
    EXPECT_THAT(query->placeholders(), ElementsAre("login", "domain", "local"));
    EXPECT_THAT(query->parameters({{"login", "jane@x"}, {"local", "jane"}}),
                ElementsAre("jane@x", "", "jane"));
}

// What PostgreSQL reads as one thing is left as it is, whatever stands in it.
TEST(QueryTemplate, LeavesAloneWhatIsNoPlaceholder) {
    struct Case {
        const char *text, *statement;
    };
    for (const auto& [text, statement] : {
             Case{"SELECT :login::text", "SELECT $1::text"},
             Case{"SELECT ':login', :login", "SELECT ':login', $1"},
             Case{"SELECT 'it''s :login', :login", "SELECT 'it''s :login', $1"},
             Case{"SELECT 'back\\', :login", "SELECT 'back\\', $1"},
             Case{"SELECT E'it\\'s :login', :login", "SELECT E'it\\'s :login', $1"},
             Case{"SELECT e'\\\\', :login", "SELECT e'\\\\', $1"},
             Case{"SELECT E'a'\n'\\':login', :login", "SELECT E'a'\n'\\':login', $1"},
             Case{"SELECT E'a' -- c'\n '\\':login', :login", "SELECT E'a' -- c'\n '\\':login', $1"},
             Case{"SELECT nameE'\\', :login", "SELECT nameE'\\', $1"},
             Case{"SELECT U&'\\0041:login', :login", "SELECT U&'\\0041:login', $1"},
             Case{"SELECT \"a:login\"\"b\", :login", "SELECT \"a:login\"\"b\", $1"},
             Case{"SELECT U&\"\\0041:login\", :login", "SELECT U&\"\\0041:login\", $1"},
             Case{"SELECT $$:login'$$, :login", "SELECT $$:login'$$, $1"},
             Case{"SELECT $q$:login $$ $q2$ $q$, :login", "SELECT $q$:login $$ $q2$ $q$, $1"},
             Case{"SELECT a$b$c FROM t WHERE a$b$c = :login",
                  "SELECT a$b$c FROM t WHERE a$b$c = $1"},
             Case{"SELECT 1 -- :login '\n, :login", "SELECT 1 -- :login '\n, $1"},
             Case{"SELECT /* :login /* ' */ :login */ :login",
                  "SELECT /* :login /* ' */ :login */ $1"},
             Case{"SELECT f(x := :login)", "SELECT f(x := $1)"},
             Case{"SELECT a[1:2], :login", "SELECT a[1:2], $1"},
             Case{"SELECT 1.5:login", "SELECT 1.5 $1"},
             Case{"SELECT x:login", "SELECT x $1"},
             Case{"SELECT x:::login", "SELECT x::$1"},
             Case{"SELECT :login;", "SELECT $1;"},
             Case{"SELECT :login ; -- that is all\n /* really */ ",
                  "SELECT $1 ; -- that is all\n /* really */ "},
             Case{"SELECT a ?| b FROM t WHERE c = :login", "SELECT a ?| b FROM t WHERE c = $1"},
             Case{"SELECT * FROM a WHERE n = $1", "SELECT * FROM a WHERE n = $1"},
             Case{"SELECT 'ü:login', ü FROM t WHERE ü = :login",
                  "SELECT 'ü:login', ü FROM t WHERE ü = $1"},
         })
        EXPECT_EQ(statement_of(text), statement) << text;
}

TEST(QueryTemplate, TheNumberOneIsTheFirstPlaceholder) {
    const auto query = QueryTemplate::parse("SELECT 1 WHERE a = $1 OR b = :local", known);
    ASSERT_TRUE(query);
    EXPECT_THAT(query->placeholders(), ElementsAre("login", "local"));
}

TEST(QueryTemplate, TellsWhatIsWrongAndWhere) {
    struct Case {
        std::string_view text;
        std::size_t offset;
        const char *what, *hint;
    };
    using namespace std::string_view_literals;
    for (const auto& [text, offset, what, hint] : {
             Case{"SELECT 1", 0, "no placeholder", ":login :local :domain"},
             Case{"SELECT 1 WHERE a = ?", 0, "no placeholder", "\"?\" is what other databases say"},
             Case{"SELECT :logn", 7, "unknown placeholder :logn", "login"},
             Case{"SELECT :username", 7, "unknown placeholder :username", ":login :local :domain"},
             Case{"SELECT a[1:n], :login", 10, "unknown placeholder :n", "blank behind it"},
             Case{"SELECT :Login", 7, "unknown placeholder :Login", "login"},
             Case{"SELECT $2, $1", 7, "a parameter by its number, $2",
                  "$1 alone stands for :login"},
             Case{"SELECT :login; DROP TABLE t", 15, "a second statement", "one statement"},
             Case{"SELECT :login;;", 14, "a second statement", "one statement"},
             Case{"; SELECT :login", 2, "a second statement", "one statement"},
             Case{"SELECT ':login", 7, "a string without its end", "doubled"},
             Case{"SELECT E'\\', :login", 8, "a string without its end", "doubled"},
             Case{"SELECT $a$ :login $b$", 7, "a string without its end", "$a$"},
             Case{"SELECT \":login", 7, "a quoted name without its end", "doubled"},
             Case{"SELECT /* /* */ :login", 7, "a comment without its end", "*/"},
             Case{"SELECT :login \0"sv, 14, "a NUL", "text"},
             Case{"SELECT ':login\0'"sv, 7, "a string without its end", "doubled"},
             Case{"", 0, "no placeholder", ":login"},
         }) {
        const auto query = QueryTemplate::parse(text, known);
        ASSERT_FALSE(query) << text;
        EXPECT_THAT(query.error().what, HasSubstr(what)) << text;
        EXPECT_THAT(query.error().hint, HasSubstr(hint)) << text;
        EXPECT_EQ(query.error().offset, offset) << text;
    }
}

}  // namespace
}  // namespace postern::postgresql
