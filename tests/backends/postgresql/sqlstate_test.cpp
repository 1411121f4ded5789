#include "postgresql/sqlstate.hpp"

#include <gtest/gtest.h>

#include "postgresql/connect_error.hpp"

namespace postern::postgresql {
namespace {

using identity::Scope;

TEST(Sqlstate, TellsWhoseTroubleItIs) {
    struct Case {
        const char* sqlstate;
        Scope scope;
        bool is_settings, is_over, again;
    };
    constexpr auto question = Scope::question, directory = Scope::directory;
    for (const auto& [sqlstate, scope, is_settings, is_over, again] : {
             Case{"08006", directory, false, true, true},
             Case{"0A000", directory, true, true, true},
             Case{"21000", question, true, false, false},
             Case{"22P02", question, true, false, false},
             Case{"23505", question, true, false, false},
             Case{"25006", directory, true, false, false},
             Case{"26000", directory, false, true, true},
             Case{"28P01", directory, true, false, false},
             Case{"3D000", directory, true, false, false},
             Case{"3F000", directory, true, false, false},
             Case{"40001", question, false, false, true},
             Case{"40P01", question, false, false, true},
             Case{"42501", directory, true, false, false},
             Case{"42P01", directory, true, false, false},
             Case{"53200", directory, false, false, false},
             Case{"53300", directory, false, false, false},
             Case{"54001", question, true, false, false},
             Case{"55P03", question, false, false, false},
             Case{"57014", question, false, false, false},
             Case{"57P01", directory, false, true, true},
             Case{"57P03", directory, false, true, true},
             Case{"58030", directory, false, false, false},
             Case{"F0000", directory, true, false, false},
             Case{"P0001", question, true, false, false},
             Case{"XX001", directory, false, false, false},
             Case{"72000", question, true, false, false},
             Case{"", question, true, false, false},
         }) {
        const auto trouble = judge_sqlstate(sqlstate);
        EXPECT_EQ(trouble.scope, scope) << sqlstate;
        EXPECT_EQ(trouble.is_settings, is_settings) << sqlstate;
        EXPECT_EQ(trouble.is_over, is_over) << sqlstate;
        EXPECT_EQ(trouble.again, again) << sqlstate;
    }
}

TEST(Sqlstate, WordsForTheLogKeepWhatSomebodyTyped) {
    const auto words = [](const char* sqlstate, const char* message) {
        return ServerError{sqlstate, message}.text();
    };
    EXPECT_EQ(words("42P01", "relation \"users\" does not exist"),
              "undefined_table (42P01): relation \"users\" does not exist");
    EXPECT_EQ(
        words("22P02", "invalid input syntax for type integer: \"s3cret\""),
        "invalid_text_representation (22P02): invalid input syntax for type integer: \"...\"");
    EXPECT_EQ(words("P0001", "no such account: s3cret"), "raise_exception (P0001)");
    EXPECT_EQ(words("22001", "value too long"), "SQLSTATE 22001: value too long");
}

TEST(Sqlstate, TheServersRefusalOfUsIsFoundInLibpqsWords) {
    struct Case {
        const char *text, *sqlstate, *message;
    };
    for (const auto& [text, sqlstate, message] : {
             Case{
                 "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  28P01: password "
                 "authentication failed for user \"gate\"\nLOCATION:  auth_failed, auth.c:326\n",
                 "28P01", "password authentication failed for user \"gate\""},
             Case{"failed: SCHWERWIEGEND:  3D000: Datenbank »x« existiert nicht\n", "3D000",
                  "Datenbank »x« existiert nicht"},
             Case{"connection to server at \"::1\" failed: Connection refused\n\tIs the server "
                  "running?\n",
                  "", "connection to server at \"::1\" failed: Connection refused"},
             Case{"failed: FATAL:  sorry", "", "failed: FATAL:  sorry"},
             Case{"", "", ""},
         }) {
        const auto error = read_connect_error(text);
        EXPECT_EQ(error.sqlstate, sqlstate) << text;
        EXPECT_EQ(error.message, message) << text;
    }
    EXPECT_TRUE(refuses_us("28P01"));
    EXPECT_TRUE(refuses_us("3D000"));
    EXPECT_FALSE(refuses_us("53300"));
    EXPECT_FALSE(refuses_us(""));
}

}  // namespace
}  // namespace postern::postgresql
