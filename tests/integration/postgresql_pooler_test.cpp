// backends/postgresql through PgBouncer in transaction mode, where every question may get another
// session of the server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/directory_host.hpp"
#include "support/eventually.hpp"
#include "support/pgbouncer.hpp"
#include "support/postgresql.hpp"
#include "support/temporary_directory.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::eventually;
using test::PgBouncer;
using test::Postgresql;
using testing::HasSubstr;
using testing::StartsWith;

TEST(PostgresqlPooler, StatementsThatComeAlongNeedNoSession) {
    Postgresql server;
    server.sql(test::read_file(POSTERN_SOURCE_DIR "/tests/support/postgresql/standin.sql"));
    const PgBouncer pooler(server);
    DirectoryHost host(pooler.directory("prepare = false\nrehash = true\n"));
    ASSERT_TRUE(eventually([&] {
        return host.outcome("jane", "correct horse") == "accepted Jane";
    })) << host.log();
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(host.outcome("jane", "correct horse"), "accepted Jane") << host.log();
        EXPECT_EQ(host.outcome("joe", "wrong"), "rejected bad_credentials joe");
    }
    EXPECT_EQ(host.principal("jane").addresses.size(), 3U);
    EXPECT_THAT(host.findings()[1], HasSubstr("takes query.authenticate"));
    server.stop();
    EXPECT_THAT(host.outcome("jane", "correct horse"), StartsWith("unavailable"));
    server.start();
    EXPECT_TRUE(eventually([&] {
        return host.outcome("jane", "correct horse") == "accepted Jane";
    })) << host.log();
}

// It refuses to keep settings of a session, which `prepare = true` needs.
TEST(PostgresqlPooler, WithoutThatSettingItIsUnavailable) {
    Postgresql server;
    server.sql(test::read_file(POSTERN_SOURCE_DIR "/tests/support/postgresql/standin.sql"));
    const PgBouncer pooler(server);
    DirectoryHost host(pooler.directory(""));
    EXPECT_TRUE(eventually([&] {
        return host.why("jane", "correct horse").find("unsupported startup parameter") !=
               std::string::npos;
    })) << host.log();
}

}  // namespace
}  // namespace postern
