#include "app/settings.hpp"

#include <fmt/format.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <map>
#include <thread>

#include "address/domain.hpp"
#include "address/literal.hpp"
#include "address/unicode.hpp"
#include "net/host_port.hpp"
#include "net/stream.hpp"

namespace postern::app {

namespace {

using namespace std::chrono_literals;

using Bound = std::map<net::Endpoint, std::string>;  // by which listener

std::string name_of_this_host() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

// It stands in replies and headers as it is: what is no domain could say anything there.
void read_hostname(config::Section& section, std::string& hostname) {
    hostname = section.text("hostname", name_of_this_host());
    if (address::is_ascii(hostname) &&
        (address::normalize_domain(hostname) || address::normalize_literal(hostname)))
        return;
    const auto in_ascii =
        address::is_text(hostname) ? address::normalize_domain(hostname) : std::nullopt;
    section.problem(
        "hostname",
        section.has("hostname")
            ? fmt::format("the hostname \"{}\" is neither a domain nor an address literal",
                          hostname)
            : fmt::format("the name of this machine, \"{}\", is no domain", hostname),
        fmt::format("hostname = \"{}\"", in_ascii.value_or("mail.example.org")));
}

// A name of a socket has to fit into its address, with the process id behind it for a moment.
void read_control(config::Section& section, std::string& control) {
    constexpr std::size_t longest = sizeof(sockaddr_un::sun_path) - sizeof(".4194304");
    control = section.text("control");
    if (!control.empty() && (control.front() != '/' || control.size() > longest))
        section.problem("control",
                        fmt::format("the management socket needs an absolute path of at most {} "
                                    "octets",
                                    longest),
                        "control = \"/run/postern/control.sock\"");
}

std::vector<net::TlsFiles> read_certificates(config::Section& root) {
    std::vector<net::TlsFiles> certificates;
    for (auto& [name, section] : root.tables("certificate")) {
        net::TlsFiles files;
        files.cert = section.required_text("cert");
        files.private_key = section.required_text("private-key");
        files.is_default = section.boolean("default", name == "default");
        certificates.push_back(std::move(files));
    }
    return certificates;
}

std::optional<net::Endpoint> endpoint_of(const std::string& text) {
    const auto parts = net::parse_host_port(text);
    if (!parts) return std::nullopt;
    boost::system::error_code error;
    const auto address = net::asio::ip::make_address(parts->host, error);
    if (error) return std::nullopt;
    return net::Endpoint(address, parts->port);
}

// The system would let us listen twice at one address (SO_REUSEPORT, for who takes over from us)
// and deal the clients out between the two.
void read_bind(config::Section& section, ListenerSettings& listener, Bound& bound) {
    listener.bind = section.texts("bind");
    if (listener.bind.empty())
        section.problem("bind", "a listener needs an address", "bind = [\"[::]:587\"]");
    for (const auto& text : listener.bind) {
        const auto endpoint = endpoint_of(text);
        if (!endpoint) {
            section.problem("bind", fmt::format("\"{}\" is not an IP address with a port", text),
                            "bind = [\"[::]:587\"] or [\"127.0.0.1:587\"]");
            continue;
        }
        const bool any_port = endpoint->port() == 0;
        const auto [first, is_new] = bound.try_emplace(*endpoint, listener.name);
        if (!is_new && !any_port)
            section.problem("bind",
                            fmt::format("listener \"{}\" has {} already", first->second, text),
                            "each address once");
    }
}

// Whoever names an address wants it; whoever only wants it gets one that this machine alone sees.
void read_http(config::Section& section, HttpSettings& http) {
    const bool enable = section.boolean("enable", section.has("bind"));
    auto bind = section.texts("bind");
    if (bind.empty()) bind = {"127.0.0.1:9587"};
    for (const auto& text : bind)
        if (!endpoint_of(text))
            section.problem("bind", fmt::format("\"{}\" is not an IP address with a port", text),
                            "bind = [\"127.0.0.1:9587\"]");
    if (enable) http.bind = std::move(bind);
}

void read_workarounds(config::Section& section, ListenerSettings& listener) {
    for (const auto& word : section.texts("workarounds")) {
        if (word == "bare-path")
            listener.bare_paths = true;
        else
            section.problem("workarounds", fmt::format("there is no workaround \"{}\"", word),
                            "bare-path: MAIL FROM:jane@example.org is understood");
    }
}

void read_proxy_protocol(config::Section section, ListenerSettings& listener) {
    listener.proxies = net::read_networks(section, "from");
    listener.proxies_end_tls = section.boolean("tls", false);
    if (listener.proxies_end_tls && listener.proxies.empty())
        section.problem("tls", "there is no balancer whose word on TLS could be believed",
                        "proxy-protocol.from = [\"10.0.0.5\"]");
}

ListenerSettings read_listener(std::string name, config::Section section,
                               const std::vector<net::TlsFiles>& certificates, Bound& bound) {
    ListenerSettings listener;
    listener.name = std::move(name);
    read_bind(section, listener, bound);
    read_workarounds(section, listener);
    read_proxy_protocol(section.table("proxy-protocol"), listener);

    auto tls = section.table("tls");
    listener.implicit_tls = tls.boolean("implicit", false);
    listener.tls.min_version = net::read_min_version(tls);
    listener.tls.client_ca = tls.text("client-ca");
    listener.tls.certificates = certificates;
    if (listener.implicit_tls && certificates.empty())
        tls.problem("implicit", "implicit TLS needs a certificate",
                    "add [certificate.default] with cert and private-key");
    return listener;
}

std::uint32_t read_count(config::Section& section, std::string_view key, std::uint32_t fallback,
                         std::int64_t least, std::int64_t most) {
    return static_cast<std::uint32_t>(section.integer(key, fallback, least, most));
}

constexpr std::uint64_t mebibyte = 1024 * 1024;

void read_hash_limits(config::Section& section, const crypto::HashPoolSettings& pool,
                      crypto::HashLimits& limits) {
    const auto usual = std::min<std::uint64_t>(limits.memory_kib * 1024ULL, pool.memory);
    limits.memory_kib = static_cast<std::uint32_t>(
        section.size("max-memory", usual, mebibyte, 4096 * mebibyte) / 1024);
    if (limits.memory_kib * 1024ULL > pool.memory)
        section.problem("max-memory", "one password may take more memory than all together",
                        "raise server.hash.memory");
    limits.passes = read_count(section, "max-passes", limits.passes, 1, 1000);
    limits.iterations = read_count(section, "max-iterations", limits.iterations, 1000, 100'000'000);
    limits.bcrypt_cost = read_count(section, "max-bcrypt-cost", limits.bcrypt_cost, 4, 20);
}

// What we could not check again we do not make.
void read_hash_cost(config::Section& section, const crypto::HashLimits& limits,
                    crypto::HashCost& cost) {
    const auto usual = std::min<std::uint64_t>(cost.memory_kib, limits.memory_kib) * 1024;
    cost.memory_kib =
        static_cast<std::uint32_t>(section.size("memory", usual, mebibyte, 4096 * mebibyte) / 1024);
    if (cost.memory_kib > limits.memory_kib)
        section.problem("memory", "a new hash would be over the limit for stored ones",
                        "raise server.hash.max-memory");
    cost.passes = read_count(section, "passes", std::min(cost.passes, limits.passes), 1, 1000);
    if (cost.passes > limits.passes)
        section.problem("passes", "a new hash would be over the limit for stored ones",
                        "raise server.hash.max-passes");
    cost.lanes = read_count(section, "lanes", cost.lanes, 1, limits.lanes);
}

}  // namespace

void read_hash_settings(config::Section& section, ServerSettings& server) {
    auto& pool = server.hash_pool;
    pool.threads = read_count(section, "threads", 0, 0, 256);
    pool.queue = static_cast<std::size_t>(
        section.integer("queue", static_cast<std::int64_t>(pool.queue), 2, 100'000));
    pool.memory = section.size("memory", pool.memory, mebibyte);
    read_hash_limits(section, pool, server.hash_limits);
    auto fresh = section.table("new");
    read_hash_cost(fresh, server.hash_limits, server.hash_cost);
}

ServerSettings read_server_settings(config::Section& root) {
    auto section = root.table("server");
    ServerSettings server;
    read_hostname(section, server.hostname);
    server.workers = static_cast<unsigned>(section.integer("workers", 0, 0, 1024));
    if (server.workers == 0) server.workers = std::max(1U, std::thread::hardware_concurrency());
    server.drain_timeout = section.duration("drain-timeout", server.drain_timeout);
    server.plugins = section.text("plugins");
    read_control(section, server.control);
    auto http = section.table("http");
    read_http(http, server.http);

    auto hash = section.table("hash");
    read_hash_settings(hash, server);

    const auto certificates = read_certificates(root);
    Bound bound;
    for (auto& [name, listener] : section.tables("listener"))
        server.listeners.push_back(read_listener(name, std::move(listener), certificates, bound));
    if (server.listeners.empty())
        section.problem("listener", "there is no listener",
                        "[server.listener.submission] with bind = [\"[::]:587\"]");
    return server;
}

observe::LogSettings read_log_settings(config::Section& root) {
    auto section = root.table("log");
    observe::LogSettings log;
    log.level = section.choice<observe::Level>("level",
                                               {{"debug", observe::Level::debug},
                                                {"info", observe::Level::info},
                                                {"warning", observe::Level::warning},
                                                {"error", observe::Level::error}},
                                               observe::Level::info);
    log.file = section.text("file");
    log.format = section.choice<observe::LogFormat>(
        "format", {{"text", observe::LogFormat::text}, {"json", observe::LogFormat::json}},
        observe::LogFormat::text);
    return log;
}

}  // namespace postern::app
