#pragma once

#include "config/section.hpp"
#include "crypto/secret.hpp"
#include "postgresql/connection_settings.hpp"

namespace postern::postgresql {

// [directory.x.admin]: as whom `postern migrate` and `postern users` come, where that is not who
// the gateway is. `url` says everything anew; `user`, `password` and `database` replace those of
// the directory.
struct AdministrationSettings {
    crypto::Secret url, password;
    std::string user, database;
};

// Reads the table `admin`; whoever reads the directory's other settings calls it, too, so that its
// keys are known. Mistakes become Problems.
AdministrationSettings read_administration(config::Section& section);

// Where the command line connects to: the directory's own settings with `admin` over them. nullopt
// when it is not said where the database is.
std::optional<ConnectionSettings> administration_connection(config::Section& section,
                                                            observe::Log& log);

}  // namespace postern::postgresql
