#pragma once

#include <map>
#include <string>

#include "crypto/secret.hpp"

struct pg_conn;

namespace postern::postgresql {

// libpq begins to connect with these of its keywords and this password. What they leave out is as
// libpq was built, whatever PGHOST and its like say. Never null; PQstatus tells. Once it has begun,
// the password is in libpq's own memory until PQfinish, which wipes it.
pg_conn* start_connection(const std::map<std::string, std::string>& keywords,
                          const crypto::Secret& password);

// Takes out of our environment what libpq would listen to whatever its keywords say. While no other
// thread reads it.
void keep_environment_out();

}  // namespace postern::postgresql
