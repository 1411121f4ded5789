#include "remote/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "address/domain.hpp"
#include "directory/domains.hpp"
#include "net/tls_context.hpp"
#include "observe/events.hpp"

namespace postern::remote {

namespace {

using namespace std::chrono_literals;
using config::Section;

bool is_loopback(const std::string& host) {
    boost::system::error_code error;
    const auto ip = boost::asio::ip::make_address(host, error);
    return host == "localhost" || (!error && ip.is_loopback());
}

void warn(observe::Log& log, const Section& section, std::string why) {
    log.write(observe::events::config_warning,
              {{"setting", section.name()}, {"why", std::move(why)}});
}

// [remote.x] in place of [directory.x].
bool is_older(const Section& section) {
    return section.name().starts_with("remote.");
}

// An address of older settings has no port with it, so none of IPv6 needs brackets there.
std::optional<net::HostPort> read_server(const std::string& text, std::uint16_t port,
                                         bool is_older) {
    boost::system::error_code error;
    boost::asio::ip::make_address_v6(text, error);
    if (is_older && !error) return net::HostPort{text, port};
    return net::parse_host_port(text, port);
}

void read_servers(Section& section, const Kind& kind, Settings& settings) {
    const bool implicit = settings.security.kind == Security::Kind::implicit;
    const auto usual = implicit ? kind.implicit_tls_port : kind.port;
    const auto port = static_cast<std::uint16_t>(section.integer("port", usual, 1, 65535));
    if (!section.has("address"))
        section.problem("", "it is not said which server to ask",
                        fmt::format("address = \"{}.example.org\", or a list of them", kind.type));
    for (const auto& text : section.texts("address")) {
        if (auto address = read_server(text, port, is_older(section)))
            settings.servers.push_back(*std::move(address));
        else
            section.problem("address", fmt::format("\"{}\" is no address of a server", text),
                            fmt::format("\"{0}.example.org\", \"192.0.2.1:{1}\" or "
                                        "\"[2001:db8::1]:{1}\"",
                                        kind.type, kind.port));
    }
}

void read_tls(Section& section, Settings& settings) {
    using What = Security::Kind;
    auto table = section.table("tls");
    auto& security = settings.security;
    const auto starttls = table.choice<What>("starttls",
                                             {{"require", What::starttls},
                                              {"optional", What::starttls_if_offered},
                                              {"never", What::none}},
                                             What::starttls);
    const bool implicit = table.boolean("implicit", false);
    security.kind = implicit ? What::implicit : starttls;
    if (implicit && table.has("starttls"))
        table.problem("starttls", "there is TLS from the first octet already",
                      "tls.implicit = true or tls.starttls, one of the two");
    const auto tls = net::TlsClientSettings::read(table);
    security.name = tls.name;
    if (security.kind == What::none) return;
    try {
        security.tls = net::TlsContext::client(tls);
    } catch (const net::TlsError& error) {
        table.problem("ca", error.what(), "PEM files; without `ca` the system's authorities count");
    }
}

void warn_of_clear_text(const Section& section, const Settings& settings, observe::Log& log) {
    const auto kind = settings.security.kind;
    const bool secure = kind == Security::Kind::implicit || kind == Security::Kind::starttls;
    for (const auto& server : settings.servers)
        if (!secure && !is_loopback(server.host))
            warn(
                log, section,
                fmt::format("passwords may go to {} in the clear; tls.starttls = \"require\" keeps "
                            "them secret",
                            server.host));
}

std::string read_domain(Section& section) {
    const auto typed = section.text("domain");
    auto normal = address::normalize_domain(typed);
    if (!normal)
        section.problem("domain", fmt::format("\"{}\" is no domain", typed),
                        "domain = \"example.org\"");
    return normal.value_or("");
}

void read_logins(Section& section, Settings& settings, observe::Log& log) {
    auto& logins = settings.logins;
    if (section.has("domain")) logins.domain = read_domain(section);
    std::vector<std::string> hosts;
    for (const auto& server : settings.servers)
        hosts.push_back(server.host);
    logins.domains = directory::read_vouched_domains(section, is_older(section), hosts, log);
    const auto has = [&](std::string_view domain) {
        return std::ranges::find(logins.domains, domain) != logins.domains.end();
    };
    if (!logins.domain.empty() && !logins.domains.empty() && !has("*") && !has(logins.domain))
        section.problem("domain", "bare logins become some of a domain that is not in \"domains\"",
                        fmt::format("\"{}\" in domains, or another domain", logins.domain));
}

std::size_t read_count(Section& section, std::string_view key, std::size_t fallback, int least,
                       std::size_t most) {
    return static_cast<std::size_t>(section.integer(key, static_cast<std::int64_t>(fallback), least,
                                                    static_cast<std::int64_t>(most)));
}

void read_pool(Section& section, Settings& settings) {
    settings.concurrency = read_count(section, "concurrency", settings.concurrency, 1, 10'000);
    auto table = section.table("pool");
    auto& pool = settings.pool;
    pool.ready = read_count(table, "ready", std::min(pool.ready, settings.concurrency), 0,
                            settings.concurrency);
    pool.idle = table.duration("idle", pool.idle, 1s, 1h);
}

}  // namespace

std::chrono::milliseconds Settings::connect_patience() const {
    return timeout / (2 * static_cast<int>(std::max<std::size_t>(servers.size(), 1)));
}

std::optional<Settings> read_settings(Section& section, const Kind& kind, observe::Log& log) {
    Settings settings;
    settings.protocol = kind.protocol;
    read_tls(section, settings);
    read_servers(section, kind, settings);
    warn_of_clear_text(section, settings, log);
    read_logins(section, settings, log);
    read_pool(section, settings);
    settings.timeout = section.duration("timeout", 5s, 10ms, 1h);
    const bool lacks_tls = settings.security.kind != Security::Kind::none && !settings.security.tls;
    if (settings.servers.empty() || settings.logins.domains.empty() || lacks_tls)
        return std::nullopt;
    return settings;
}

}  // namespace postern::remote
