// postgresql: the directory in a PostgreSQL database, and the administration of our own schema
// there. Pure parts decide (query templates, SQLSTATE to verdict, rows to principals); connections
// live on the directory's thread; the administration is blocking and belongs to the command line.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/section.hpp"
#include "crypto/secret.hpp"
#include "net/host_port.hpp"
#include "observe/log.hpp"

namespace postern::postgresql {

// Where a database is and who we are there: libpq's keywords but for the hosts. Nothing is taken
// from the environment, from ~/.pgpass or from a service file.
struct ConnectionSettings {
    std::vector<net::HostPort> hosts;  // in the order in which they are tried; a path: its socket
    std::map<std::string, std::string> keywords;  // dbname, user, sslmode, ...
    crypto::Secret password;
    std::string target_session_attributes = "any";

    // `url`, or host, database, user, password (each wins over its part of the url), and the table
    // `tls`; what it leaves out of TLS is as in `otherwise`. Mistakes become Problems; nullopt when
    // it is not said where the database is.
    static std::optional<ConnectionSettings> read(config::Section& section,
                                                  const ConnectionSettings* otherwise = nullptr);
    // Whoever can answer in the database's place says which password is right.
    void warn_of_impostors(const config::Section& section, observe::Log& log) const;
};

}  // namespace postern::postgresql
