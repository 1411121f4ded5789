#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "support/postgresql.hpp"
#include "support/process.hpp"
#include "support/temporary_directory.hpp"

namespace postern::test {

// A real PgBouncer before a PostgreSQL, on a free port of 127.0.0.1, for the role "gate" of
// standin.sql. `mode`: what it gives away, a "transaction" or a "session".
class PgBouncer {
 public:
    explicit PgBouncer(const Postgresql& server, const std::string& mode = "transaction");

    // The lines of a directory that asks through it, with `more` behind.
    std::string directory(const std::string& more) const;

 private:
    TemporaryDirectory directory_;
    std::uint16_t port_;
    std::unique_ptr<Process> process_;
};

}  // namespace postern::test
