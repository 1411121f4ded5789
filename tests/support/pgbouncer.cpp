#include "support/pgbouncer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <vector>

#include "support/free_port.hpp"

namespace postern::test {

PgBouncer::PgBouncer(const Postgresql& server, const std::string& mode) : port_(free_port()) {
    const auto users = (directory_ / "users.txt").string();
    const auto settings = (directory_ / "pgbouncer.ini").string();
    write_file(users, "\"gate\" \"gate secret\"\n");
    write_file(settings, fmt::format("[databases]\nmail = host=127.0.0.1 port={}\n[pgbouncer]\n"
                                     "listen_addr = 127.0.0.1\nlisten_port = {}\n"
                                     "unix_socket_dir =\nauth_type = scram-sha-256\n"
                                     "auth_file = {}\npool_mode = {}\ndefault_pool_size = 10\n"
                                     "server_login_retry = 1\n",
                                     server.port(), port_, users, mode));
    std::vector<std::string> command{"pgbouncer", settings};
    // It refuses to be root; its own option leaves the files to whoever they belong to.
    if (::geteuid() == 0) command = {"pgbouncer", "--user=nobody", settings};
    process_ = std::make_unique<Process>(Command{.arguments = command});
}

std::string PgBouncer::directory(const std::string& more) const {
    return fmt::format(
        "type = \"postgresql\"\nhost = \"127.0.0.1:{}\"\nuser = \"gate\"\npassword = \"gate "
        "secret\"\ndatabase = \"mail\"\ntimeout = \"2s\"\n{}",
        port_, more);
}

}  // namespace postern::test
