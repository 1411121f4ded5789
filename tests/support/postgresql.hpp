#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/certificates.hpp"
#include "support/process.hpp"
#include "support/temporary_directory.hpp"

namespace postern::test {

struct PostgresqlOptions {
    bool tls = false;  // offered to whoever asks, with a certificate of localhost and 127.0.0.1
    // What the certificate of the server says.
    CertificateRequest certificate = {.name = "server", .names = {"localhost", "127.0.0.1"}};
    std::string settings = {};  // lines of postgresql.conf
    std::string access = {};    // lines of pg_hba.conf that come before ours
};

// A real PostgreSQL, a cluster of its own in a temporary directory, on a free port of 127.0.0.1.
// The superuser `postgres` needs no password; everybody else proves one by SCRAM. There is the
// database `mail`, empty. What was written outlives its processes, not the machine (fsync is off).
class Postgresql {
 public:
    explicit Postgresql(PostgresqlOptions options = {});
    ~Postgresql();

    // A second server that follows this one by streaming, read only until it is promoted: made by
    // pg_basebackup, with a port of its own. It outlives this one.
    std::unique_ptr<Postgresql> standby() const;
    void promote() const;  // returns when it writes
    // Whether it has applied all that `primary` has written by now.
    bool has_all_of(const Postgresql& primary) const;

    std::uint16_t port() const { return port_; }
    std::string ca() const { return authority_->file(); }
    // postgresql://user:password@127.0.0.1:port/database
    std::string url(std::string_view user = "postgres", std::string_view password = "",
                    std::string_view database = "mail") const;

    // As the superuser, all statements in one go. What SELECT prints: a line per row, columns with
    // "|" between them. Throws std::runtime_error with the server's words.
    std::string sql(std::string_view statements, std::string_view database = "mail") const;

    void stop();     // SIGINT, "fast": open sessions are ended; to its end
    void kill();     // SIGKILL to the server and all its processes
    void start();    // again, with the same port and data; returns when it answers
    void suspend();  // SIGSTOP to all of it: the kernel still takes connections
    void resume();

    std::string log() const;

 private:
    struct Empty {};
    Postgresql(Empty, PostgresqlOptions options);
    std::filesystem::path data() const { return directory_ / "data"; }
    static void run_program(std::vector<std::string> command);
    void write_settings() const;
    void signal_all(int number) const;

    PostgresqlOptions options_;
    TemporaryDirectory directory_;
    std::unique_ptr<CertificateAuthority> authority_;
    std::uint16_t port_;
    std::unique_ptr<Process> process_;
    std::string earlier_log_;
};

}  // namespace postern::test
