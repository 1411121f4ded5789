// The gateway before a primary and its standby: who may log in does not depend on who may write.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "e2e/database_settings.hpp"
#include "support/eventually.hpp"
#include "support/gateway.hpp"
#include "support/postgresql.hpp"
#include "support/temporary_directory.hpp"

namespace postern::test {
namespace {

using testing::HasSubstr;

// People move from a file to the database, whose schema is our own.
constexpr const char* moving = R"(
[server.hash]
new = { memory = "1m", passes = 1 }
[directory.old]
type = "memory"
[[directory.old.principals]]
name = "mary@example.org"
secret = "marys"
email = ["mary@example.org"]
[directory.moving]
type = "migrate"
from = "old"
to = "accounts"
domains = ["example.org"]
)";

class PostgresqlReplica : public testing::Test {
 protected:
    static std::unique_ptr<Postgresql> migrated() {
        auto server = std::make_unique<Postgresql>();
        const Installation dba("[directory.sql]\ntype = \"postgresql\"\nurl = \"${url}\"\n",
                               {{"url", server->url()}});
        EXPECT_EQ(dba.command({"migrate"}).status, 0);
        EXPECT_EQ(
            dba.command({"users", "add", "jane", "--email", "jane@example.org"}, "correct horse\n")
                .status,
            0);
        auto old_hash = run({.arguments = {"openssl", "passwd", "-5", "correct horse"}}).output;
        old_hash.pop_back();
        server->sql(
            "CREATE ROLE gate LOGIN PASSWORD 'gate secret'; GRANT postern_gateway TO gate;"
            "UPDATE postern.secrets SET hash = '" +
            old_hash + "'");
        return server;
    }
    std::string settings() const {
        const auto hosts = fmt::format("host = [\"127.0.0.1:{}\", \"127.0.0.1:{}\"]\n",
                                       primary->port(), standby->port());
        return replaced(database_settings(hosts +
                                          "database = \"mail\"\nuser = \"gate\"\n"
                                          "password = \"gate secret\"\nrehash = true\n" +
                                          moving),
                        "'accounts'", "'moving'");
    }
    int auth(const std::string& login, const std::string& password) const {
        auto client = gateway.client();
        client.greet();
        return client.auth_plain(login, password).code;
    }
    bool logs(const std::string& what) const {
        return eventually([&] { return gateway.log().find(what) != std::string::npos; });
    }
    bool knows_mary() const {
        return standby->sql(
                   "SELECT count(*) FROM postern.accounts WHERE name = "
                   "'mary@example.org'") == "1\n";
    }
    bool is_rehashed() const {
        return standby->sql("SELECT hash FROM postern.secrets").starts_with("$argon2id$");
    }
    std::unique_ptr<Postgresql> primary = migrated(), standby = primary->standby();
    Gateway gateway{settings()};
};

TEST_F(PostgresqlReplica, LoginsOutliveThePrimaryAndWritesComeBackWithAPromotion) {
    ASSERT_TRUE(eventually([&] { return standby->has_all_of(*primary); }));
    primary->kill();
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(auth("jane", "correct horse"), 235) << gateway.log();
        EXPECT_EQ(auth("jane", "wrong"), 535) << gateway.log();
        EXPECT_EQ(auth("mary@example.org", "marys"), 235) << "her old home knows her";
    }
    EXPECT_TRUE(logs("query.rehash: read_only_transaction")) << gateway.log();
    EXPECT_TRUE(logs("directory.not-moved")) << gateway.log();
    EXPECT_FALSE(knows_mary() || is_rehashed());

    standby->promote();
    EXPECT_TRUE(eventually([&] {
        EXPECT_EQ(auth("jane", "correct horse"), 235);
        return is_rehashed();
    })) << gateway.log();
    EXPECT_TRUE(eventually([&] {
        EXPECT_EQ(auth("mary@example.org", "marys"), 235);
        return knows_mary();
    })) << gateway.log();
}

}  // namespace
}  // namespace postern::test
