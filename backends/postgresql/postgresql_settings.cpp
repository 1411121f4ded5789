#include "postgresql/postgresql_settings.hpp"

#include <fmt/format.h>

#include <span>

namespace postern::postgresql {

namespace {

using namespace std::chrono_literals;
using config::Section;

constexpr std::size_t longest_name = 63;  // NAMEDATALEN
constexpr const char* notify_example =
    "notify = \"mail_changed\" with triggers that NOTIFY it, or cache.watch = false";
constexpr std::string_view of_a_login[] = {"login", "local", "domain"};
constexpr std::string_view of_an_account[] = {"name"};
constexpr std::string_view of_a_page[] = {"after", "limit"};
constexpr std::string_view of_a_change[] = {"name", "old", "new"};
constexpr std::string_view of_an_id[] = {"id"};
constexpr std::string_view of_a_newcomer[] = {"name", "secret", "addresses", "groups"};

// One key of query.*, and what it is for the schema that `postern migrate` makes.
struct Query {
    std::string_view key;
    std::optional<QueryTemplate> Queries::* place;
    std::span<const std::string_view> placeholders;
    std::string_view ours;
};
constexpr Query all_queries[] = {
    {"login", &Queries::login, of_a_login, ""},
    {"authenticate", &Queries::authenticate, of_a_login,
     "SELECT name, secret, status, id FROM postern.login_secrets(:login)"},
    {"lookup", &Queries::lookup, of_a_login,
     "SELECT name, status FROM postern.login_account(:login)"},
    {"emails", &Queries::emails, of_an_account,
     "SELECT address FROM postern.account_addresses(:name)"},
    {"groups", &Queries::groups, of_an_account,
     "SELECT group_name FROM postern.account_groups(:name)"},
    {"on-behalf-of", &Queries::on_behalf_of, of_an_account,
     "SELECT address FROM postern.account_on_behalf_of(:name)"},
    {"list", &Queries::list, of_a_page,
     "SELECT accounts.name, secrets.hash AS secret, accounts.status FROM postern.accounts LEFT "
     "JOIN postern.secrets ON secrets.account = accounts.name WHERE accounts.name > :after ORDER "
     "BY accounts.name LIMIT :limit"},
    {"rehash", &Queries::rehash, of_a_change, "SELECT postern.rehash(:name, :old, :new)"},
    {"touch", &Queries::touch, of_an_id, "SELECT postern.touch_app_password(:id)"},
    {"adopt", &Queries::adopt, of_a_newcomer,
     "SELECT postern.adopt_account(:name, :secret, :addresses, :groups)"},
};

std::optional<QueryTemplate> read_query(Section& table, const Query& query, std::string text) {
    auto parsed = QueryTemplate::parse(text, query.placeholders);
    if (parsed) return *std::move(parsed);
    const auto& error = parsed.error();
    table.problem(query.key, fmt::format("at octet {}: {}", error.offset + 1, error.what),
                  error.hint);
    return std::nullopt;
}

// Whoever names the first query has a schema of his own: ours is nobody's default then.
void read_queries(Section& section, Queries& queries) {
    auto table = section.table("query");
    const bool is_ours = !table.has("authenticate");
    for (const auto& query : all_queries) {
        const auto text = table.text(query.key, is_ours ? std::string(query.ours) : "");
        if (!text.empty()) queries.*query.place = read_query(table, query, text);
    }
    if (table.has("authenticate") && table.text("authenticate").empty())
        table.problem("authenticate", "it is not said who may log in",
                      "leave it out for the schema that `postern migrate` makes");
    const bool rehashes = section.boolean("rehash", false);
    if (rehashes && !queries.rehash && !table.has("rehash"))
        section.problem("rehash", "it is not said how a hash is replaced",
                        "query.rehash = \"UPDATE users SET secret = :new WHERE name = :name AND "
                        "secret = :old\"");
    if (queries.rehash && queries.rehash->placeholders().size() != 3)
        table.problem("rehash", "without :name, :old and :new a change in between would be lost",
                      "UPDATE users SET secret = :new WHERE name = :name AND secret = :old");
    if (!rehashes) queries.rehash.reset();
    if (queries.list && queries.list->placeholders().size() != 2)
        table.problem("list", "without :after and :limit it would not go on from page to page",
                      "SELECT name, secret FROM users WHERE name > :after ORDER BY name LIMIT "
                      ":limit");
}

std::size_t read_count(Section& section, std::string_view key, std::size_t fallback,
                       std::int64_t most) {
    return static_cast<std::size_t>(
        section.integer(key, static_cast<std::int64_t>(fallback), 1, most));
}

void read_pool(Section& section, PoolSettings& pool) {
    auto table = section.table("pool");
    pool.connections = read_count(table, "connections", pool.connections, 64);
    pool.pipeline = read_count(table, "pipeline", pool.pipeline, 1024);
    pool.idle = table.duration("idle", pool.idle, 1s, 1h);
}

// Our own schema tells its changes; who has another one says where.
void read_notify(Section& section, Settings& settings) {
    const bool is_ours = !section.table("query").has("authenticate");
    settings.notify = section.text("notify", is_ours ? settings.notify : "");
    settings.watches =
        section.has("cache") && section.table("cache").boolean("watch", settings.watches);
    if (settings.notify.size() > longest_name)
        section.problem("notify",
                        fmt::format("PostgreSQL takes names of at most {} octets", longest_name),
                        notify_example);
    if (settings.watches && settings.notify.empty())
        section.problem("notify", "it is not said on which channel changes are told",
                        notify_example);
}

// The server's answer to a query that is too slow has to come before ours.
void read_timeouts(Section& section, Settings& settings) {
    settings.timeout = section.duration("timeout", 5s, 10ms, 1h);
    settings.statement_timeout =
        section.duration("statement-timeout", settings.timeout * 4 / 5, 1ms, 1h);
    if (settings.statement_timeout >= settings.timeout)
        section.problem("statement-timeout",
                        fmt::format("{} ms is not below \"timeout\", {} ms",
                                    settings.statement_timeout.count(), settings.timeout.count()),
                        "leave it out for four fifths of \"timeout\"");
}

}  // namespace

std::optional<Settings> read_settings(Section& section, observe::Log& log) {
    Settings settings;
    auto connection = ConnectionSettings::read(section);
    if (connection) connection->warn_of_impostors(section, log);
    read_queries(section, settings.queries);
    settings.prepare = section.boolean("prepare", true);
    read_notify(section, settings);
    read_pool(section, settings.pool);
    read_timeouts(section, settings);
    if (!connection || !settings.queries.authenticate) return std::nullopt;
    settings.connection = *std::move(connection);
    return settings;
}

}  // namespace postern::postgresql
