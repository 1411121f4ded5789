#include "directory/missing_backend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "directory/domains.hpp"
#include "net/tls_settings.hpp"

namespace postern::directory {

namespace {

using namespace std::chrono_literals;

void read_mail_server(config::Section& section, std::string_view type_key, observe::Log& log) {
    const bool is_older = type_key != "type";
    const std::string address = section.required_text("address");
    section.integer("port", 143, 1, 65535);
    if (is_older) section.boolean("lookup", false);  // every directory is asked for authentication
    if (!address.empty()) read_vouched_domains(section, is_older, address, log);
    section.text("domain");
    section.text("addresses");
    auto pool = section.table("pool");
    pool.integer("ready", 1, 0, 10'000);
    pool.duration("idle", 45s, 1s, 1h);
    auto cache = section.table("cache");
    cache.integer("entries", 10'000, 0, 100'000'000);
    auto ttl = cache.table("ttl");
    ttl.duration("positive", 1h);
    ttl.duration("negative", 1min);
    auto tls = section.table("tls");
    tls.boolean("implicit", false);
    net::TlsClientSettings::read(tls);
    tls.choice<bool>("starttls", {{"require", true}, {"optional", false}, {"never", false}}, true);
}

constexpr KnownBackend mail_server(std::string_view type) {
    return {type,
            {.lists_addresses = false, .names_are_addresses = true, .can_look_up = false},
            read_mail_server};
}

constexpr std::array known_backends{mail_server("imap"), mail_server("smtp"), mail_server("lmtp")};

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
