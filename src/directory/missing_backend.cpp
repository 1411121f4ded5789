#include "directory/missing_backend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "expr/ip_network.hpp"
#include "observe/events.hpp"

namespace postern::directory {

namespace {

using namespace std::chrono_literals;

// RFC 1122, 1918, 4193, 4291: nobody from elsewhere answers there.
bool is_near(const std::string& address) {
    if (address == "localhost") return true;
    constexpr std::array<std::string_view, 7> near{"127.0.0.0/8",    "10.0.0.0/8", "172.16.0.0/12",
                                                   "192.168.0.0/16", "::1",        "fc00::/7",
                                                   "fe80::/10"};
    const auto ip = expr::IpAddress::parse(address);
    return ip && std::ranges::any_of(near, [&](std::string_view network) {
               return expr::IpNetwork::parse(network)->contains(*ip);
           });
}

// Whoever runs the server vouches for every login it accepts, so the settings say for which domains
// it may. Older settings have no such key; there it is enough that the server is one of our own.
void read_domains(config::Section& section, bool is_older, const std::string& address,
                  observe::Log& log) {
    if (!section.texts("domains").empty()) return;
    const std::string what = fmt::format("{}.domains is missing", section.name());
    const std::string hint =
        "domains = [\"example.org\"]: whose logins this server may vouch for, [\"*\"] for all";
    if (is_older && !section.has("domains") && is_near(address))
        log.write(observe::events::config_warning,
                  {{"setting", section.name() + ".domains"},
                   {"why", "without it, this server vouches for logins of any domain"}});
    else
        section.problem("domains", what, hint);
}

void read_imap(config::Section& section, std::string_view type_key, observe::Log& log) {
    const bool is_older = type_key != "type";
    const std::string address = section.required_text("address");
    section.integer("port", 143, 1, 65535);
    if (is_older) section.boolean("lookup", false);  // every directory is asked for authentication
    if (!address.empty()) read_domains(section, is_older, address, log);
    auto cache = section.table("cache");
    cache.integer("entries", 10'000, 0, 100'000'000);
    auto ttl = cache.table("ttl");
    ttl.duration("positive", 1h);
    ttl.duration("negative", 1min);
    auto tls = section.table("tls");
    tls.boolean("implicit", false);
    tls.boolean("allow-invalid-certs", false);
    tls.choice<bool>("starttls", {{"require", true}, {"optional", false}, {"never", false}}, true);
}

constexpr std::array known_backends{
    KnownBackend{"imap",
                 {.lists_addresses = false, .names_are_addresses = true, .can_look_up = false},
                 read_imap},
};

}  // namespace

const KnownBackend* find_known_backend(std::string_view type) {
    const auto found = std::ranges::find(known_backends, type, &KnownBackend::type);
    return found == known_backends.end() ? nullptr : &*found;
}

net::Task<identity::AuthResult> Absent::authenticate(const identity::Credentials&) {
    co_return identity::Unavailable{identity::Scope::directory, "its backend is not installed"};
}

net::Task<identity::LookupResult> Absent::lookup(const identity::Login&) {
    co_return identity::Unavailable{identity::Scope::directory, "its backend is not installed"};
}

}  // namespace postern::directory
