#include "postgresql/account_error.hpp"

#include <gtest/gtest.h>

namespace postern::postgresql {
namespace {

using Kind = directory::AdministrationError::Kind;

TEST(AccountError, TellsWhoseTurnItIs) {
    struct Case {
        const char* state;
        const char* constraint;
        Kind kind;
    };
    for (const auto& each : {
             Case{"08006", "", Kind::unreachable},
             Case{"53300", "", Kind::unreachable},
             Case{"57P01", "", Kind::unreachable},
             Case{"40P01", "", Kind::unreachable},
             Case{"55P03", "", Kind::unreachable},
             Case{"28P01", "", Kind::settings},
             Case{"3D000", "", Kind::settings},
             Case{"23505", "", Kind::conflict},
             Case{"23505", "accounts_pkey", Kind::conflict},
             Case{"23514", "secret_is_a_hash", Kind::refused},
             Case{"42501", "", Kind::refused},
             Case{"42P01", "", Kind::refused},
             Case{"", "", Kind::refused},
         })
        EXPECT_EQ(server_error({each.state, "words", "", each.constraint}).kind(), each.kind)
            << each.state << each.constraint;
}

TEST(AccountError, FindsTheStateInTheWordsOfAConnection) {
    const auto kind = [](const char* words) { return connect_error(words).kind(); };
    EXPECT_EQ(kind("connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  28P01: "
                   "password authentication failed for user \"x\""),
              Kind::settings);
    EXPECT_EQ(kind("... failed: FATAL:  3D000: database \"x\" does not exist"), Kind::settings);
    EXPECT_EQ(kind("... failed: FATAL:  53300: sorry, too many clients already"),
              Kind::unreachable);
    EXPECT_EQ(kind("... failed: Connection refused\n\tIs the server running?"), Kind::unreachable);
    EXPECT_EQ(kind("a:  b"), Kind::unreachable);
    EXPECT_EQ(kind(""), Kind::unreachable);
}

}  // namespace
}  // namespace postern::postgresql
