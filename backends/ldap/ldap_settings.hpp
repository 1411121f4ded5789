#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/section.hpp"
#include "crypto/secret.hpp"
#include "ldap/codec.hpp"
#include "ldap/dn_template.hpp"
#include "ldap/filter_template.hpp"
#include "ldap/principal_reader.hpp"
#include "ldap/server_address.hpp"
#include "net/tls_context.hpp"
#include "observe/log.hpp"

namespace postern::ldap {

// bind.auth.method: how a password is checked.
enum class Method : std::uint8_t {
    lookup,       // the entry is searched, then bound
    by_template,  // the DN is made from the login, bound, then read
    hash,         // the entry is searched, and the hash in it is checked here
};

// bind.*: who we are ourselves.
struct ServiceAccount {
    enum class Kind : std::uint8_t { anonymous, simple, external };
    Kind kind = Kind::anonymous;
    std::string dn;
    crypto::Secret password;
};

// group.*: whose member somebody is beyond what the entry itself says.
struct GroupSettings {
    enum class Nesting : std::uint8_t { none, walk, server_rule, automatic };
    std::optional<FilterTemplate> filter;  // "(member={dn})"; nullopt: the entry's attribute only
    std::vector<std::string> bases;
    Nesting nesting = Nesting::none;
    unsigned depth = 8;          // how far a walk goes
    std::size_t limit = 500;     // of groups of one account
    bool own_addresses = false;  // a member owns the addresses of the group
};

struct PoolSettings {
    std::size_t searches = 2;  // connections of the service account, each with many searches
    std::size_t binds = 16;    // connections for the binds of users, each with one at a time
    std::chrono::milliseconds idle =
        std::chrono::minutes(1);  // then a bind's connection is closed,
                                  // a search's connection is tried
};

// One [directory.x] of type "ldap".
struct Settings {
    std::vector<ServerAddress> servers;
    std::string srv;  // "_ldap._tcp.example.org": in their place, whoever the DNS has for that
    ServerAddress::Scheme srv_scheme = ServerAddress::Scheme::ldap;
    bool round_robin = false;
    bool start_tls = false;
    std::shared_ptr<const net::TlsContext> tls;
    std::string tls_name;  // expected in the certificate instead of the host

    ServiceAccount service;
    Method method = Method::hash;
    bool reads_as_user = true;  // after a template's bind
    std::optional<DnTemplate> bind_template;
    std::vector<std::string> netbios_domains;

    std::vector<std::string> bases;
    SearchScope scope = SearchScope::subtree;
    Dereference dereference = Dereference::never;
    std::optional<FilterTemplate> filter_name, filter_email;
    std::optional<std::string> filter_list;  // who has an account; nullopt: nobody can tell
    std::string filter_followed;             // whose changes are heard
    AttributeSettings attributes;
    GroupNames group_names = GroupNames::dn;
    GroupSettings groups;

    PoolSettings pool;
    std::chrono::milliseconds timeout = std::chrono::seconds(5);  // of a whole question
    // Half of a server's share of it.
    std::chrono::milliseconds connect_patience() const {
        return timeout / (2 * static_cast<int>(std::max<std::size_t>(servers.size(), 1)));
    }
    bool allow_weak_schemes = false;  // of the hashes that are checked here
    bool is_followed = false;         // cache.watch
    bool is_stamped = false;          // cache.check
};

// Mistakes become Problems; nullopt when a part is missing without which there is no directory.
// Logs what deserves a look.
std::optional<Settings> read_settings(config::Section& section, observe::Log& log);

}  // namespace postern::ldap
