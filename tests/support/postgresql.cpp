#include "support/postgresql.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "support/eventually.hpp"
#include "support/free_port.hpp"

namespace postern::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* programs = "/usr/lib/postgresql/15/bin/";

constexpr std::string_view settings_text = R"(
listen_addresses = '127.0.0.1'
port = {}
unix_socket_directories = '{}'
fsync = off
full_page_writes = off
shared_buffers = 32MB
max_connections = 60
log_line_prefix = '%q%u '
logging_collector = off
)";

constexpr std::string_view tls_text = R"(
ssl = on
ssl_ca_file = '{}'
ssl_cert_file = '{}'
ssl_key_file = '{}'
)";

constexpr std::string_view access_text = R"(
host all postgres 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
local all postgres trust
host replication postgres 127.0.0.1/32 trust
)";

// The server refuses to be root.
std::vector<std::string> as_its_user(std::vector<std::string> command) {
    if (::geteuid() != 0) return command;
    std::vector<std::string> all{"setpriv", "--reuid=postgres", "--regid=postgres",
                                 "--clear-groups", "--pdeathsig=KILL"};
    all.insert(all.end(), command.begin(), command.end());
    return all;
}

void give_to_its_user(const fs::path& path) {
    if (::geteuid() != 0) return;
    const auto* user = ::getpwnam("postgres");
    if (user == nullptr) throw std::runtime_error("no user postgres: scripts/setup");
    if (::chown(path.c_str(), user->pw_uid, user->pw_gid) != 0)
        throw std::system_error(errno, std::generic_category(), "chown " + path.string());
}

std::vector<pid_t> children_of(pid_t parent) {
    std::vector<pid_t> children;
    std::ifstream list(fmt::format("/proc/{0}/task/{0}/children", parent));
    for (pid_t child = 0; list >> child;)
        children.push_back(child);
    return children;
}

}  // namespace

Postgresql::Postgresql(Empty, PostgresqlOptions options)
    : options_(std::move(options)),
      authority_(std::make_unique<CertificateAuthority>(directory_.path())),
      port_(free_port()) {
    fs::create_directory(data());
    fs::permissions(data(), fs::perms::owner_all);
    give_to_its_user(data());
}

Postgresql::Postgresql(PostgresqlOptions options) : Postgresql(Empty{}, std::move(options)) {
    run_program({"initdb", "--no-sync", "--username=postgres", "--encoding=UTF8",
                 "--locale=C.UTF-8", "--auth=trust", "-D", data().string()});
    write_settings();
    start();
    sql("CREATE DATABASE mail", "postgres");
}

std::unique_ptr<Postgresql> Postgresql::standby() const {
    std::unique_ptr<Postgresql> copy(new Postgresql(Empty{}, options_));
    run_program({"pg_basebackup", "--no-sync", "--checkpoint=fast", "--write-recovery-conf", "-D",
                 copy->data().string(), "-h", "127.0.0.1", "-p", std::to_string(port_), "-U",
                 "postgres"});
    copy->write_settings();
    copy->start();
    return copy;
}

void Postgresql::promote() const {
    run_program({"pg_ctl", "promote", "-D", data().string()});
}

bool Postgresql::has_all_of(const Postgresql& primary) const {
    const auto written = primary.sql("SELECT pg_current_wal_lsn()", "postgres");
    return sql("SELECT pg_last_wal_replay_lsn() >= '" + written.substr(0, written.find('\n')) +
                   "'::pg_lsn",
               "postgres") == "t\n";
}

// One of PostgreSQL's own, as the server's user, to its end.
void Postgresql::run_program(std::vector<std::string> command) {
    const auto name = command.front();
    command.front() = programs + name;
    const auto done = run({.arguments = as_its_user(std::move(command))});
    if (done.status != 0) throw std::runtime_error(name + ": " + done.errors);
}

Postgresql::~Postgresql() {
    if (!process_) return;
    resume();
    stop();
}

void Postgresql::write_settings() const {
    auto settings = fmt::format(settings_text, port_, data().string());
    if (options_.tls) {
        const auto files = authority_->issue(options_.certificate);
        give_to_its_user(files.key);
        fs::permissions(files.key, fs::perms::owner_read);
        settings += fmt::format(tls_text, ca(), files.cert, files.key);
    }
    const auto older = read_file(data() / "postgresql.conf");
    write_file(data() / "postgresql.conf", older + settings + options_.settings + "\n");
    write_file(data() / "pg_hba.conf", options_.access + std::string(access_text));
}

std::string Postgresql::url(std::string_view user, std::string_view password,
                            std::string_view database) const {
    const auto secret = password.empty() ? "" : ":" + std::string(password);
    return fmt::format("postgresql://{}{}@127.0.0.1:{}/{}", user, secret, port_, database);
}

std::string Postgresql::sql(std::string_view statements, std::string_view database) const {
    const auto done = run({.arguments = {"psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1",
                                         url("postgres", "", database)},
                           .input = std::string(statements)});
    if (done.status != 0) throw std::runtime_error("psql: " + done.errors);
    return done.output;
}

void Postgresql::start() {
    if (process_) earlier_log_ += process_->errors();
    // What a killed server has left: its pid may be somebody else's by now.
    fs::remove(data() / "postmaster.pid");
    process_ = std::make_unique<Process>(Command{
        .arguments = as_its_user({std::string(programs) + "postgres", "-D", data().string()})});
    const auto port = std::to_string(port_);
    const bool answers = eventually([&] {
        return !process_->running() ||
               run({.arguments = {"pg_isready", "-q", "-h", "127.0.0.1", "-p", port}}).status == 0;
    });
    if (!answers || !process_->running()) throw std::runtime_error("postgres: " + log());
}

void Postgresql::stop() {
    process_->signal(SIGINT);
    process_->stop();
}

// Its processes lead sessions of their own, and those that wait for a client would outlive it.
void Postgresql::kill() {
    signal_all(SIGKILL);
    process_->kill();
}

void Postgresql::suspend() {
    signal_all(SIGSTOP);
}

void Postgresql::resume() {
    signal_all(SIGCONT);
}

// The server stands still meanwhile: it starts no other process then.
void Postgresql::signal_all(int number) const {
    if (!process_->running()) return;
    if (number != SIGCONT) process_->suspend();
    for (const auto child : children_of(process_->pid()))
        ::kill(child, number);
    process_->signal(number);
}

std::string Postgresql::log() const {
    return earlier_log_ + process_->errors();
}

}  // namespace postern::test
