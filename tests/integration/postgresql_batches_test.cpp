// Questions of several people that go to the server as one batch, in one transaction: each has its
// own answer, whatever becomes of the others.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <list>
#include <optional>

#include "support/directory_host.hpp"
#include "support/fake_directory.hpp"
#include "support/postgresql.hpp"
#include "support/run_task.hpp"

namespace postern {
namespace {

using test::Running;

constexpr const char* people = R"(
    CREATE TABLE people (name text PRIMARY KEY, secret text NOT NULL);
    INSERT INTO people SELECT 'user' || g, '{PLAIN}secret' || g FROM generate_series(0, 99) g;
    CREATE FUNCTION ask(login text) RETURNS TABLE (name text, secret text)
        LANGUAGE plpgsql STABLE AS $$ BEGIN
        IF login = 'user13' THEN RAISE 'not him'; END IF;
        IF login = 'user14' THEN PERFORM login::int; END IF;
        RETURN QUERY SELECT p.name, p.secret FROM people p WHERE p.name = login; END $$;)";

constexpr const char* settings = R"toml(
    type = "postgresql"
    url = "{}"
    pool.connections = 1
    pool.pipeline = 64
    concurrency = 200
    query.authenticate = "SELECT name, secret FROM ask(:login)"
    query.emails = "SELECT name || '@example.org' AS address FROM people WHERE name = :name")toml";

class PostgresqlBatches : public testing::Test {
 protected:
    PostgresqlBatches() {
        server.sql(people);
        host.emplace(fmt::format(settings, server.url()));
    }

    // All at once, on one connection; in the order of the numbers.
    std::vector<std::string> ask(int from, int to, const std::string& secret) {
        boost::asio::io_context io(1);
        std::list<Running<identity::AuthResult>> asked;
        for (int i = from; i < to; ++i)
            asked.emplace_back(io, host->service().authenticate(test::credentials(
                                       fmt::format("user{}", i), secret + std::to_string(i))));
        std::vector<std::string> outcomes;
        for (auto& each : asked) {
            test::run_until(io, [&] { return each.done(); });
            outcomes.push_back(test::in_words(each.value()));
        }
        return outcomes;
    }

    test::Postgresql server;
    std::optional<test::DirectoryHost> host;
};

TEST_F(PostgresqlBatches, AnErrorIsNobodyElses) {
    for (int round = 0; round < 20; ++round) {
        const auto right = ask(0, 30, "secret");
        const auto wrong = ask(0, 30, "wrong");
        for (std::size_t i = 0; i < right.size(); ++i) {
            const bool fails = i == 13 || i == 14;
            EXPECT_EQ(right[i], fails ? "unavailable question" : fmt::format("accepted user{}", i));
            EXPECT_EQ(wrong[i], fails ? "unavailable question"
                                      : fmt::format("rejected bad_credentials user{}", i));
        }
        ASSERT_FALSE(HasFailure()) << host->log();
    }
}

TEST_F(PostgresqlBatches, WhoLeavesTakesNobodyAlong) {
    ASSERT_EQ(ask(20, 21, "secret").front(), "accepted user20");
    boost::asio::io_context io(1);
    for (int round = 0; round < 50; ++round) {
        std::list<Running<identity::AuthResult>> asked;
        for (int i = 10; i < 40; ++i)
            asked.emplace_back(io, host->service().authenticate(test::credentials(
                                       fmt::format("user{}", i), fmt::format("secret{}", i))));
        auto each = asked.begin();
        for (int i = 10; i < 40; ++i, ++each) {
            if (i % 3 != 0) continue;
            if (round % 2 == 0) test::run_ready(io);
            each->cancel();
        }
        each = asked.begin();
        for (int i = 10; i < 40; ++i, ++each) {
            test::run_until(io, [&] { return each->done(); });
            if (i % 3 == 0 || i == 13 || i == 14) continue;
            EXPECT_EQ(test::in_words(each->value()), fmt::format("accepted user{}", i));
        }
    }
}

}  // namespace
}  // namespace postern
