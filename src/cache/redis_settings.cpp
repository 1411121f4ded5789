#include "cache/redis_settings.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <utility>

#include "cache/redis_url.hpp"

namespace postern::cache {

namespace {

using namespace std::chrono_literals;
using config::Section;

constexpr auto right_url = "\"redis://redis.internal:6379/0\", or rediss:// for TLS";

// What the URLs say besides the addresses, all the same.
struct FromUrls {
    std::optional<bool> tls;
    RedisAccount account;
    std::optional<int> database;
};

bool agree(const FromUrls& said, const RedisUrl& url) {
    const bool same_account =
        said.account.user == url.user && said.account.password.reveal() == url.password.reveal();
    return said.tls == url.tls && same_account && said.database == url.database;
}

FromUrls read_urls(Section& section, RedisSettings& settings) {
    FromUrls said;
    for (const auto& text : section.secrets("url")) {
        auto parsed = parse_redis_url(text.reveal());
        if (const auto* error = std::get_if<RedisUrlError>(&parsed)) {
            section.problem("url", fmt::format("this is no URL of a Redis: {}", error->what),
                            right_url);
            continue;
        }
        auto& url = std::get<RedisUrl>(parsed);
        settings.addresses.push_back(url.address);
        if (said.tls && !agree(said, url))
            section.problem("url", "the URLs differ in more than host and port",
                            "the same scheme, user, password and database in all of them");
        if (!said.tls) said = {url.tls, {url.user, std::move(url.password)}, url.database};
    }
    return said;
}

RedisAccount read_account(Section& section, RedisAccount from_urls) {
    const bool in_url = !from_urls.user.empty() || !from_urls.password.empty();
    RedisAccount account{section.text("user"), section.secret("password")};
    const bool in_keys = section.has("user") || section.has("password");
    if (in_url && in_keys)
        section.problem(section.has("user") ? "user" : "password",
                        "the URL has a user or password already", "one of the two");
    if (in_url) account = std::move(from_urls);
    if (!account.user.empty() && account.password.empty())
        section.problem("user", "a user without a password cannot log in",
                        "password = \"%{env:REDIS_PASSWORD}%\"");
    return account;
}

int read_database(Section& section, std::optional<int> from_urls, bool cluster) {
    const auto written =
        static_cast<int>(section.integer("database", from_urls.value_or(0), 0, 100'000));
    if (section.has("database") && from_urls.value_or(0) != 0 && written != *from_urls)
        section.problem("database", "the URL has another database", "one of the two");
    if (cluster && written != 0)
        section.problem(section.has("database") ? "database" : "url",
                        "a cluster has no databases but 0", "database = 0, or a key-prefix");
    return written;
}

void read_tls(Section& section, const FromUrls& said, RedisSettings& settings) {
    auto table = section.table("tls");
    const bool enabled = table.boolean("enable", said.tls.value_or(false));
    const auto tls = net::TlsClientSettings::read(table);
    settings.tls_name = tls.name;
    if (said.tls.value_or(false) && !enabled)
        table.problem("enable", "the URL says rediss://", "redis://, or tls.enable = true");
    if (!enabled) {
        for (const auto* key : {"ca", "cert", "private-key", "name"})
            if (table.has(key))
                table.problem(key, "there is no TLS that it could be about",
                              "rediss:// in the URL, or tls.enable = true");
        return;
    }
    try {
        settings.tls = net::TlsContext::client(tls);
    } catch (const net::TlsError& error) {
        table.problem("ca", error.what(), "PEM files; without `ca` the system's authorities count");
    }
}

constexpr std::uint16_t sentinel_port = 26379;

std::optional<RedisSettings::Sentinel> read_sentinel(Section& section) {
    if (!section.has("sentinel")) return std::nullopt;
    auto table = section.table("sentinel");
    RedisSettings::Sentinel sentinel;
    sentinel.master = table.text("master", sentinel.master);
    sentinel.account = read_account(table, {});
    for (const auto& text : table.texts("addresses")) {
        if (auto address = net::parse_host_port(text, sentinel_port))
            sentinel.addresses.push_back(*std::move(address));
        else
            table.problem("addresses", fmt::format("\"{}\" is no address of a sentinel", text),
                          "\"sentinel1.internal\", \"192.0.2.1:26379\"");
    }
    if (!table.has("addresses"))
        table.problem("addresses", "it is not said which sentinels to ask",
                      "addresses = [\"sentinel1.internal:26379\", ...]");
    return sentinel;
}

void require_a_way(Section& section, const RedisSettings& settings) {
    if (settings.sentinel && section.has("url"))
        section.problem(
            "url", "the sentinels know where the master is",
            "`url` or `sentinel`, one of the two; TLS with sentinels is tls.enable = true");
    if (settings.sentinel && settings.cluster)
        section.problem("cluster", "sentinels know of no cluster", "`cluster` or `sentinel`");
    if (!settings.sentinel && !section.has("url"))
        section.problem("", "it is not said which server to ask",
                        fmt::format("url = {}", right_url));
}

}  // namespace

std::shared_ptr<const RedisSettings> read_redis_settings(Section& section) {
    auto settings = std::make_shared<RedisSettings>();
    auto said = read_urls(section, *settings);
    settings->cluster = section.boolean("cluster", false);
    settings->sentinel = read_sentinel(section);
    require_a_way(section, *settings);
    read_tls(section, said, *settings);
    settings->account = read_account(section, std::move(said.account));
    settings->database = read_database(section, said.database, settings->cluster);
    settings->key_prefix = section.text("key-prefix");
    settings->timeout = section.duration("timeout", settings->timeout, 1ms, 10s);
    settings->connect_timeout =
        section.duration("connect-timeout", settings->connect_timeout, 10ms, 1min);
    settings->reply_size = section.size("reply-size", settings->reply_size, 64 * 1024, 1 << 30);
    settings->pipeline = static_cast<std::size_t>(
        section.integer("pipeline", static_cast<std::int64_t>(settings->pipeline), 1, 1'000'000));
    const bool located = !settings->addresses.empty() ||
                         (settings->sentinel && !settings->sentinel->addresses.empty());
    return located ? settings : nullptr;
}

}  // namespace postern::cache
