// The built gateway before a real PostgreSQL: what its users hear, on a good day and on a bad one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>

#include "e2e/database_settings.hpp"
#include "support/eventually.hpp"
#include "support/gateway.hpp"
#include "support/postgresql.hpp"
#include "support/temporary_directory.hpp"

namespace postern::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr const char* password = database_password;

class PostgresqlDirectory : public testing::Test {
 protected:
    SmtpClient client() {
        auto client = gateway.client("submission");
        client.greet();
        return client;
    }
    int auth(const std::string& typed) { return client().auth_plain("jane", typed).code; }

    static std::unique_ptr<Postgresql> filled() {
        auto server = std::make_unique<Postgresql>();
        server->sql(read_file(POSTERN_SOURCE_DIR "/tests/support/postgresql/standin.sql"));
        return server;
    }
    std::unique_ptr<Postgresql> database = filled();
    Postgresql& server = *database;
    Gateway gateway{database_settings("url = \"" + server.url("gate", "gate%20secret") + "\"\n")};
};

TEST_F(PostgresqlDirectory, TheAddressesOfTheAccountDecideWhoSheMayBe) {
    auto jane = client();
    ASSERT_EQ(jane.auth_plain("jane@example.org", password).code, 235);
    for (const auto* sender : {"jane@example.org", "jane.doe@example.org", "any@jane.example"}) {
        EXPECT_EQ(jane.command("MAIL FROM:<" + std::string(sender) + ">").code, 250) << sender;
        EXPECT_EQ(jane.command("RSET").code, 250);
    }
    EXPECT_EQ(jane.command("MAIL FROM:<joe@example.org>").code, 550);
}

TEST_F(PostgresqlDirectory, ADatabaseThatIsDownIsNoWrongPassword) {
    EXPECT_EQ(auth(password), 235);
    EXPECT_EQ(auth("wrong"), 535);
    server.stop();
    const auto begun = Clock::now();
    EXPECT_EQ(auth(password), 454);
    EXPECT_EQ(auth("wrong"), 454);
    EXPECT_LT(Clock::now() - begun, 5s) << "a deadline of 2 s for each";
    server.start();
    EXPECT_TRUE(eventually([&] { return auth(password) == 235; }));
    EXPECT_EQ(auth("wrong"), 535);
}

TEST_F(PostgresqlDirectory, TheCommandLineShowsTheSteps) {
    const auto found = gateway.command({"lookup", "jane", "--directory", "accounts"});
    EXPECT_EQ(found.status, 0) << found.errors;
    EXPECT_THAT(found.output, testing::HasSubstr("Jane.Doe@example.org"));
    EXPECT_THAT(found.errors, testing::HasSubstr("step=\"lookup\""));
    const auto proved =
        gateway.command({"auth", "jane", "--directory", "accounts"}, std::string(password) + "\n");
    EXPECT_EQ(proved.status, 0) << proved.errors;
    EXPECT_THAT(proved.errors, testing::HasSubstr("step=\"authenticate\""));
    EXPECT_THAT(proved.errors, testing::Not(testing::HasSubstr(password)));
    const auto checked = gateway.command({"check", "--connect"});
    EXPECT_EQ(checked.status, 0) << checked.output << checked.errors;
    EXPECT_THAT(checked.output, testing::HasSubstr("accounts: good: 127.0.0.1"));
    server.kill();
    const auto down = gateway.command({"check", "--connect"});
    EXPECT_EQ(down.status, 75) << down.output << down.errors;
    EXPECT_THAT(down.output, testing::HasSubstr("accounts: fault: "));
}

}  // namespace
}  // namespace postern::test
