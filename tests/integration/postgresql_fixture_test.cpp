#include <gtest/gtest.h>

#include "support/postgresql.hpp"

namespace postern::test {
namespace {

TEST(PostgresqlFixture, AnswersIsKilledAndIsThereAgainWithItsData) {
    Postgresql server;
    server.sql("CREATE TABLE people (name text); INSERT INTO people VALUES ('jane')");
    server.kill();
    EXPECT_THROW(server.sql("SELECT 1"), std::runtime_error);
    server.start();
    EXPECT_EQ(server.sql("SELECT name FROM people"), "jane\n");
}

}  // namespace
}  // namespace postern::test
