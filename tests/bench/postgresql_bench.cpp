// How many logins a second backends/postgresql proves (the password's row, then the addresses),
// beside what pgbench reaches with as many connections and the prepared query for the row alone,
// against the same server, in turns. Prints JSON.
#include <fmt/format.h>

#include <cstdio>
#include <stdexcept>
#include <string>

#include "bench/logins.hpp"
#include "support/postgresql.hpp"
#include "support/process.hpp"

namespace postern {
namespace {

using test::Postgresql;

constexpr int crowd = 10'000;
constexpr int connections = 8;
constexpr int askers = 64;
constexpr int rounds = 5;
constexpr int logins = 20'000;  // in each round
constexpr const char* query = "SELECT name, secret FROM people WHERE name = :login";

constexpr const char* people = R"(
    CREATE TABLE people (name text PRIMARY KEY, secret text NOT NULL);
    CREATE TABLE addresses (address text PRIMARY KEY, name text NOT NULL);
    CREATE INDEX ON addresses (name);
    INSERT INTO people SELECT g, '{{PLAIN}}secret' || g FROM generate_series(1, {0}) g;
    INSERT INTO addresses SELECT 'user' || g || '@example.org', g FROM generate_series(1, {0}) g;
    VACUUM ANALYZE;)";

double measure_pgbench(const Postgresql& server, const std::string& script) {
    const auto done =
        test::run({.arguments = {"pgbench", "-n", "-M", "prepared", "-f", script, "-c",
                                 std::to_string(connections), "-j", "1", "-t",
                                 std::to_string(logins / connections), server.url()}});
    const auto at = done.output.find("tps = ");
    if (done.status != 0 || at == std::string::npos)
        throw std::runtime_error("pgbench: " + done.errors);
    return std::stod(done.output.substr(at + 6));
}

std::string settings(const Postgresql& server) {
    return fmt::format(
        "type = \"postgresql\"\nurl = \"{}\"\nquery.authenticate = \"{}\"\n"
        "query.emails = \"SELECT address FROM addresses WHERE name = :name ORDER BY address\"\n"
        "pool.connections = {}\n",
        server.url(), query, connections);
}

void run() {
    const Postgresql server;
    server.sql(fmt::format(people, crowd));
    const test::TemporaryDirectory folder;
    const auto script = (folder / "login.sql").string();
    test::write_file(script, fmt::format("\\set login random(1, {})\n{};\n", crowd, query));
    test::DirectoryHost host(settings(server));
    host.set_log_level(observe::Level::info);
    const auto name = [](int number) { return std::to_string(number); };
    const auto secret = [](int number) { return "secret" + std::to_string(number); };
    const bench::Crowd everybody{crowd, name, secret};
    const auto measure_postern = [&] {
        return bench::logins_per_second(host.service(), everybody, {logins, askers});
    };
    measure_postern();  // both warm
    double pgbench = 0, postern = 0;
    for (int round = 0; round < rounds; ++round) {
        pgbench += measure_pgbench(server, script) / rounds;
        postern += measure_postern() / rounds;
    }
    std::printf("{\"pgbench_per_second\": %.0f, \"postern_per_second\": %.0f, \"ratio\": %.3f}\n",
                pgbench, postern, postern / pgbench);
}

}  // namespace
}  // namespace postern

int main() {
    return postern::bench::run(postern::run);
}
