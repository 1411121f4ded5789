// backends/postgresql through PgBouncer in transaction mode, where every question may get another
// session of the server.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <memory>

#include "support/directory_host.hpp"
#include "support/eventually.hpp"
#include "support/free_port.hpp"
#include "support/postgresql.hpp"
#include "support/process.hpp"
#include "support/temporary_directory.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::eventually;
using test::Postgresql;
using testing::HasSubstr;
using testing::StartsWith;

class PgBouncer {
 public:
    explicit PgBouncer(const Postgresql& server) : port_(test::free_port()) {
        const auto users = (directory_ / "users.txt").string();
        const auto settings = (directory_ / "pgbouncer.ini").string();
        test::write_file(users, "\"gate\" \"gate secret\"\n");
        test::write_file(
            settings, fmt::format("[databases]\nmail = host=127.0.0.1 port={}\n[pgbouncer]\n"
                                  "listen_addr = 127.0.0.1\nlisten_port = {}\nunix_socket_dir =\n"
                                  "auth_type = scram-sha-256\nauth_file = {}\n"
                                  "pool_mode = transaction\ndefault_pool_size = 3\n"
                                  "server_login_retry = 1\n",
                                  server.port(), port_, users));
        std::vector<std::string> command{"pgbouncer", settings};
        // It refuses to be root; its own option leaves the files to whoever they belong to.
        if (::geteuid() == 0) command = {"pgbouncer", "--user=nobody", settings};
        process_ = std::make_unique<test::Process>(test::Command{.arguments = command});
    }

    // All of it, with `more` behind.
    std::string directory(const std::string& more) const {
        return fmt::format(
            "type = \"postgresql\"\nhost = \"127.0.0.1:{}\"\nuser = \"gate\"\npassword = \"gate "
            "secret\"\ndatabase = \"mail\"\ntimeout = \"2s\"\n{}",
            port_, more);
    }

 private:
    test::TemporaryDirectory directory_;
    std::uint16_t port_;
    std::unique_ptr<test::Process> process_;
};

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
