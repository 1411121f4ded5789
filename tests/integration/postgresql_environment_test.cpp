// libpq listens to a dozen variables; who runs the gateway or `postern users` from a shell that has
// them must not end up elsewhere.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <cstdlib>
#include <map>
#include <memory>

#include "support/directory_host.hpp"
#include "support/gateway.hpp"
#include "support/postgresql.hpp"
#include "support/process.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::Postgresql;
using testing::HasSubstr;

using Variables = std::map<std::string, std::string>;

// All that libpq knows, with values that would keep it from any server.
Variables nonsense() {
    Variables variables{{"PGDATESTYLE", "nonsense"},   {"PGTZ", "nonsense"},
                        {"PGGEQO", "nonsense"},        {"PGREQUIRESSL", "1"},
                        {"PGSERVICEFILE", "/nowhere"}, {"PGSYSCONFDIR", "/nowhere"}};
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> all(PQconndefaults(),
                                                                           PQconninfoFree);
    for (const auto* option = all.get(); option->keyword != nullptr; ++option)
        if (option->envvar != nullptr) variables[option->envvar] = "nonsense";
    variables["PGHOSTADDR"] = "192.0.2.1";
    variables["PGOPTIONS"] = "-c nonsense=1";
    return variables;
}

// In our own environment for as long as it lives.
class Set {
 public:
    explicit Set(Variables variables) : variables_(std::move(variables)) {
        for (const auto& [name, value] : variables_)
            ::setenv(name.c_str(), value.c_str(), 1);
    }
    ~Set() {
        for (const auto& [name, value] : variables_)
            ::unsetenv(name.c_str());
    }
    Set(const Set&) = delete;
    Set& operator=(const Set&) = delete;

 private:
    Variables variables_;
};

class PostgresqlEnvironment : public testing::Test {
 protected:
    PostgresqlEnvironment() {
        server.sql(test::read_file(POSTERN_SOURCE_DIR "/tests/support/postgresql/standin.sql"));
    }
    Postgresql server{{.tls = true}};
};

TEST_F(PostgresqlEnvironment, TheGatewayGoesWhereTheSettingsSay) {
    const auto variables = nonsense();
    EXPECT_GT(variables.size(), 25U);
    for (const auto* more : {"", "prepare = false\n", "tls.mode = \"disable\"\n"}) {
        SCOPED_TRACE(more);
        const Set set(variables);
        DirectoryHost host(fmt::format("type = \"postgresql\"\nurl = \"{}\"\n{}",
                                       server.url("gate", "gate%20secret"), more));
        EXPECT_EQ(host.outcome("jane", "correct horse"), "accepted Jane") << host.log();
        EXPECT_THAT(host.findings(), testing::Contains(HasSubstr("knows us as gate")));
    }
}

TEST_F(PostgresqlEnvironment, NoPasswordComesFromThere) {
    const Set set({{"PGPASSWORD", "gate secret"}, {"PGUSER", "gate"}});
    DirectoryHost host(fmt::format("type = \"postgresql\"\nurl = \"{}\"\n", server.url("gate")));
    EXPECT_EQ(host.outcome("jane", "correct horse"), "unavailable directory");
    EXPECT_THAT(host.why("jane", "correct horse"), HasSubstr("no password supplied"));
}

TEST_F(PostgresqlEnvironment, TheAdministrationGoesThereToo) {
    server.sql("DROP SCHEMA postern CASCADE");
    const test::Installation dba("[directory.sql]\ntype = \"postgresql\"\nurl = \"${url}\"\n",
                                 {{"url", server.url()}});
    const auto command = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), test::postern_program());
        arguments.insert(arguments.end(), {"--config", dba.settings_file().string()});
        return test::run({.arguments = std::move(arguments), .environment = nonsense()});
    };
    const auto migrated = command({"migrate"});
    EXPECT_EQ(migrated.status, 0) << migrated.errors;
    const auto listed = command({"users", "list"});
    EXPECT_EQ(listed.status, 0) << listed.errors;
    EXPECT_EQ(server.sql("SELECT count(*) > 0 FROM postern.schema_migrations"), "t\n");
}

}  // namespace
}  // namespace postern
