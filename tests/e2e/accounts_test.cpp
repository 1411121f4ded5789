// Our own schema of accounts from end to end: made and filled by `postern migrate` and `postern
// users`, asked by the gateway with the rights of its role alone, and moved into at a login.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "support/eventually.hpp"
#include "support/gateway.hpp"
#include "support/postgresql.hpp"

namespace postern::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view administration = R"([directory.new]
type = "postgresql"
url = "${url}"
)";

constexpr std::string_view settings = R"(
[server]
hostname = "mail.example.org"
hash.new = { memory = "1m", passes = 1 }
[server.listener.submission]
bind = ["127.0.0.1:${port:submission}"]
[session.auth]
directory = "'moving'"
allow-plain-text = true
errors.wait = "100ms"
[session.relay]
next-hop = "'drop'"
[next-hop.drop]
type = "maildir"
path = "${directory}/mail"
[log]
file = "${directory}/log"
[directory.old]
type = "memory"
[[directory.old.principals]]
name = "mary@example.org"
secret = "marys"
email = ["mary@example.org", "m@example.org", "mary@provider.example"]
[[directory.old.principals]]
name = "luke@example.org"
secret = "lukes"
email = ["luke@example.org"]
[[directory.old.principals]]
name = "bob@provider.example"
secret = "bobs"
email = ["bob@provider.example"]
[directory.new]
type = "postgresql"
url = "${url}"
rehash = true
[directory.moving]
type = "migrate"
from = "old"
to = "new"
domains = ["example.org"]
)";

class Accounts : public testing::Test {
 protected:
    static std::unique_ptr<Postgresql> migrated() {
        auto server = std::make_unique<Postgresql>();
        Installation dba(administration, {{"url", server->url()}});
        const auto done = dba.command({"migrate"});
        EXPECT_EQ(done.status, 0) << done.errors;
        server->sql("CREATE ROLE gate LOGIN PASSWORD 'gate secret'; GRANT postern_gateway TO gate");
        return server;
    }
    std::string users(std::vector<std::string> arguments, const std::string& input = "") const {
        arguments.insert(arguments.begin(), "users");
        const auto done = dba.command(std::move(arguments), input);
        EXPECT_EQ(done.status, 0) << done.output << done.errors;
        return done.output;
    }
    int auth(const std::string& login, const std::string& password) const {
        auto client = gateway.client("submission");
        client.greet();
        return client.auth_plain(login, password).code;
    }
    std::string hash_of(const std::string& name) const {
        return server->sql(
            fmt::format("SELECT hash FROM postern.secrets WHERE account = '{}'", name));
    }
    std::string addresses_of(const std::string& name) const {
        return server->sql(fmt::format("SELECT postern.account_addresses('{}')", name));
    }

    std::unique_ptr<Postgresql> server = migrated();
    Installation dba{administration, {{"url", server->url()}}};
    Gateway gateway{settings, {{"url", server->url("gate", "gate%20secret")}}};
};

TEST_F(Accounts, OpenWithTheirPasswordAndWithThoseOfTheirPrograms) {
    users({"add", "jane", "--email", "jane@example.org"}, "sesame\n");
    EXPECT_EQ(auth("jane", "sesame"), 235) << gateway.log();
    EXPECT_EQ(auth("Jane@Example.org", "sesame"), 235);
    EXPECT_EQ(auth("jane", "wrong"), 535);
    auto text = users({"app-password", "jane", "add", "--label", "phone"});
    text.resize(text.find('\n'));
    EXPECT_EQ(auth("jane", text), 235) << gateway.log();
    const auto id = text.substr(0, text.find('-'));
    EXPECT_EQ(auth("jane", id + "-wrong"), 535);
    const auto used = [&] {
        return server->sql("SELECT last_used IS NOT NULL FROM postern.app_passwords") == "t\n";
    };
    EXPECT_TRUE(eventually(used)) << gateway.log();
    users({"app-password", "jane", "revoke", id});
    EXPECT_EQ(auth("jane", text), 535);
    EXPECT_EQ(auth("jane", "sesame"), 235);
    users({"disable", "jane"});
    EXPECT_EQ(auth("jane", "sesame"), 525);
    EXPECT_EQ(auth("jane", "wrong"), 535);
}

TEST_F(Accounts, MayTypeTheirDomainInItsOwnLetters) {
    users({"add", "jane@bücher.example", "--email", "jane@bücher.example"}, "sesame\n");
    users({"add", "joe", "--email", "joe@bücher.example"}, "sesame\n");
    for (const auto* login : {"jane@bücher.example", "Jane@BÜCHER.example",
                              "jane@xn--bcher-kva.example", "joe@bücher.example", "joe"}) {
        EXPECT_EQ(auth(login, "sesame"), 235) << login << gateway.log();
        EXPECT_EQ(auth(login, "wrong"), 535) << login;
    }
    EXPECT_EQ(auth("jane@buecher.example", "sesame"), 535);
    EXPECT_THAT(gateway.log(), HasSubstr("jane@xn--bcher-kva.example"));
}

TEST_F(Accounts, AnOldHashIsReplacedAtTheNextLogin) {
    auto old_hash = run({.arguments = {"openssl", "passwd", "-5", "sesame"}}).output;
    old_hash.pop_back();
    server->sql(
        "INSERT INTO postern.accounts (name) VALUES ('jane');"
        "INSERT INTO postern.addresses (address, account) VALUES ('jane@example.org', 'jane');"
        "INSERT INTO postern.secrets VALUES ('jane', '" +
        old_hash + "')");
    EXPECT_EQ(auth("jane", "sesame"), 235) << gateway.log();
    EXPECT_TRUE(eventually([&] { return hash_of("jane").starts_with("$argon2id$"); }))
        << gateway.log();
    EXPECT_EQ(auth("jane", "sesame"), 235);
}

TEST_F(Accounts, MoveInAtTheirNextLoginAndLeaveTheOldHomeBehind) {
    EXPECT_EQ(auth("mary@example.org", "wrong"), 535);
    EXPECT_EQ(hash_of("mary@example.org"), "");
    EXPECT_EQ(auth("mary@example.org", "marys"), 235) << gateway.log();
    EXPECT_THAT(hash_of("mary@example.org"), StartsWith("$argon2id$v=19$m=1024,"));
    EXPECT_EQ(addresses_of("mary@example.org"), "mary@example.org\nm@example.org\n");
    EXPECT_THAT(gateway.log(), HasSubstr("directory.moved"));
    users({"passwd", "mary@example.org"}, "changed\n");
    EXPECT_EQ(auth("mary@example.org", "marys"), 535) << "the old password";
    EXPECT_EQ(auth("m@example.org", "marys"), 535) << "nor by another name";
    EXPECT_EQ(auth("m@example.org", "changed"), 235);
    EXPECT_EQ(auth("bob@provider.example", "bobs"), 535) << "none of ours";
}

TEST_F(Accounts, WhoIsExpectedKeepsTheAddressesThatWereEntered) {
    users({"add", "luke@example.org", "--email", "sales@example.org", "--no-password"});
    EXPECT_THAT(users({"list", "--without-password"}), HasSubstr("luke@example.org"));
    EXPECT_EQ(auth("luke@example.org", "lukes"), 235) << gateway.log();
    EXPECT_THAT(addresses_of("luke@example.org"), HasSubstr("sales@example.org"));
    EXPECT_THAT(users({"list", "--without-password"}), Not(HasSubstr("luke@example.org")));
}

TEST_F(Accounts, ANewHomeThatIsDownLetsNobodyInByTheOldDoor) {
    server->stop();
    EXPECT_EQ(auth("mary@example.org", "marys"), 454);
    server->start();
    EXPECT_TRUE(eventually([&] { return auth("mary@example.org", "marys") == 235; }))
        << gateway.log();
}

}  // namespace
}  // namespace postern::test
