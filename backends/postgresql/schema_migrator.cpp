#include "postgresql/schema_migrator.hpp"

#include <fmt/format.h>

#include <thread>

namespace postern::postgresql {

namespace {

using directory::AdministrationError;
using directory::Migration;
using Kind = AdministrationError::Kind;
using Clock = std::chrono::steady_clock;

// "postern" in ASCII, as a number: nobody else's advisory lock.
constexpr const char* lock_statement = "SELECT pg_try_advisory_lock(31654395217375854)";
constexpr const char* unlock_statement = "SELECT pg_advisory_unlock(31654395217375854)";
constexpr auto lock_interval = std::chrono::milliseconds(100);

struct Applied {
    unsigned number;
    std::string name, checksum, at;
};

std::vector<Applied> read_applied(AccountConnection& connection) {
    std::vector<Applied> applied;
    if (connection.ask("SELECT to_regclass('postern.schema_migrations')").is_null(0, 0))
        return applied;
    const auto rows = connection.ask(
        "SELECT number, name, checksum, to_char(applied_at, 'YYYY-MM-DD HH24:MI:SS TZ')"
        " FROM postern.schema_migrations ORDER BY number");
    for (std::size_t row = 0; row < rows.size(); ++row)
        applied.push_back({static_cast<unsigned>(std::stoul(std::string(rows.text(row, 0)))),
                           std::string(rows.text(row, 1)), std::string(rows.text(row, 2)),
                           std::string(rows.text(row, 3))});
    return applied;
}

// Whether the steps taken are the first of ours, unchanged.
void check_history(const std::vector<Applied>& applied, std::span<const SchemaMigration> steps) {
    for (std::size_t i = 0; i < applied.size(); ++i) {
        const auto& taken = applied[i];
        if (taken.number > steps.size())
            throw AdministrationError(
                Kind::refused,
                fmt::format("the database is newer than this program: it has taken step {}, and "
                            "the last one known here is {}",
                            taken.name, steps.empty() ? "none" : steps.back().name),
                "use the postern that has migrated it, or a later one");
        if (taken.number != i + 1)
            throw AdministrationError(
                Kind::refused,
                fmt::format("the database has taken step {} without {}", taken.name, steps[i].name),
                "rows of postern.schema_migrations were deleted, or a step was taken by hand");
        if (taken.checksum != steps[i].checksum)
            throw AdministrationError(
                Kind::refused,
                fmt::format("{} is not what was applied: its SHA-256 was {} then and is {} now",
                            taken.name, taken.checksum, steps[i].checksum),
                "an applied step is never edited; what should change is a step of its own");
    }
}

}  // namespace

SchemaMigrator::SchemaMigrator(AccountConnection& connection,
                               std::span<const SchemaMigration> steps, Options options)
    : connection_(connection), steps_(steps), options_(std::move(options)) {}

std::vector<Migration> SchemaMigrator::migrations() {
    const auto applied = read_applied(connection_);
    check_history(applied, steps_);
    std::vector<Migration> all;
    for (const auto& step : steps_)
        all.push_back({step.number, std::string(step.name),
                       step.number <= applied.size() ? applied[step.number - 1].at : ""});
    return all;
}

void SchemaMigrator::migrate(const directory::MigrationOrder& order) {
    const auto to = order.to.value_or(static_cast<unsigned>(steps_.size()));
    if (to > steps_.size())
        throw AdministrationError(Kind::refused, fmt::format("there is no step {}", to),
                                  fmt::format("the last one is {}", steps_.size()));
    check_server();
    if (!order.dry_run) lock();
    for (const auto& migration : migrations()) {
        if (!migration.pending() || migration.number > to) continue;
        if (!order.dry_run) take(steps_[migration.number - 1]);
        order.told(migration);
    }
    if (!order.dry_run) run(unlock_statement);
}

// Of the session, not of a transaction: it holds from step to step, and goes with the connection.
void SchemaMigrator::lock() {
    const auto deadline = Clock::now() + options_.patience;
    while (!connection_.ask(lock_statement).truth(0, 0)) {
        if (Clock::now() >= deadline)
            throw AdministrationError(Kind::unreachable,
                                      "somebody else is migrating this database, and takes long",
                                      "`postern migrate --status` tells how far it is");
        std::this_thread::sleep_for(lock_interval);
    }
}

void SchemaMigrator::check_server() {
    const auto rows = connection_.ask(
        "SELECT current_setting('server_version_num')::int >= 150000,"
        " current_setting('server_version'), current_setting('server_encoding')");
    if (!rows.truth(0, 0))
        throw AdministrationError(
            Kind::refused, fmt::format("this is PostgreSQL {}", rows.text(0, 1)), "15 or later");
    if (rows.text(0, 2) != "UTF8")
        throw AdministrationError(
            Kind::refused, fmt::format("the encoding of this database is {}", rows.text(0, 2)),
            "CREATE DATABASE mail ENCODING 'UTF8' TEMPLATE template0");
}

void SchemaMigrator::take(const SchemaMigration& step) {
    try {
        if (options_.before) options_.before("BEGIN");
        Transaction transaction(connection_);
        run("SET LOCAL client_min_messages = warning; SET LOCAL lock_timeout = '60s'");
        run(std::string(step.sql));
        if (!connection_.in_transaction())
            throw AdministrationError(Kind::refused, "it has ended its transaction itself");
        const auto number = std::to_string(step.number);
        if (options_.before) options_.before("INSERT");
        connection_.ask(
            "INSERT INTO postern.schema_migrations (number, name, checksum, duration)"
            " VALUES ($1, $2, $3, clock_timestamp() - now())",
            number, step.name, step.checksum);
        if (options_.before) options_.before("COMMIT");
        transaction.commit();
    } catch (const AdministrationError& error) {
        throw AdministrationError(error.kind(), fmt::format("{}: {}", step.name, error.what()),
                                  error.hint());
    }
}

void SchemaMigrator::run(const std::string& statements) {
    if (options_.before) options_.before(statements);
    connection_.run(statements);
}

}  // namespace postern::postgresql
