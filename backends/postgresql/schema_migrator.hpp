#pragma once

#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "directory/administration.hpp"
#include "postgresql/account_connection.hpp"
#include "postgresql/schema_migrations.hpp"

namespace postern::postgresql {

// Takes the steps of a schema, forward only. Each is one transaction that holds its record too, so
// whatever ends us, a step has been taken whole or not at all. A session's advisory lock lets the
// second of two wait for the first, which leaves it nothing to do.
class SchemaMigrator {
 public:
    struct Options {
        std::chrono::milliseconds patience = std::chrono::seconds(60);  // for the lock
        // For tests: called before every statement that is sent.
        std::function<void(const std::string& statement)> before = {};
    };
    SchemaMigrator(AccountConnection& connection, std::span<const SchemaMigration> steps,
                   Options options);
    SchemaMigrator(AccountConnection& connection, std::span<const SchemaMigration> steps)
        : SchemaMigrator(connection, steps, Options()) {}

    // Throws when the database has taken other steps than these: an edited file, a gap, a database
    // that is newer than the program.
    std::vector<directory::Migration> migrations();
    void migrate(const directory::MigrationOrder& order);

 private:
    void lock();
    void check_server();
    void take(const SchemaMigration& step);
    void run(const std::string& statements);

    AccountConnection& connection_;
    std::span<const SchemaMigration> steps_;
    Options options_;
};

}  // namespace postern::postgresql
