#include "app/generation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "directory/stack.hpp"
#include "observe/events.hpp"
#include "upstream/factory.hpp"

namespace postern::app {

namespace {

namespace events = observe::events;

using Directories = decltype(session::Environment::directories);
using NextHops = decltype(session::Environment::next_hops);

template <class Map>
std::vector<std::string> names_of(const Map& map) {
    std::vector<std::string> names;
    for (const auto& [name, ignored] : map)
        names.push_back(name);
    return names;
}

// Builds all directories, each after those that it is made of.
class DirectoryBuilder {
 public:
    DirectoryBuilder(config::Section& root, directory::SharedParts shared, ServiceThreads& services)
        : shared_(std::move(shared)), services_(services) {
        shared_.find = [this](const std::string& name) { return find(name); };
        shared_.describe = [this](const std::string& name) {
            const auto described = std::ranges::find(sections_, name, &Described::name);
            return described == sections_.end() ? nullptr : &described->section;
        };
        for (auto& [name, section] : root.tables("directory"))
            sections_.push_back({name, section, directory::make_service});
        // What older settings call the directory "remote/x".
        for (auto& [name, section] : root.tables("remote"))
            sections_.push_back({"remote/" + name, section, directory::make_remote_service});
    }

    Directories build() {
        for (const auto& each : sections_)
            find(each.name);
        return std::move(built_);
    }

 private:
    struct Described {
        std::string name;
        config::Section section;
        decltype(&directory::make_service) make;
    };

    std::shared_ptr<directory::Service> find(const std::string& name) {
        if (const auto found = built_.find(name); found != built_.end()) return found->second;
        const auto described = std::ranges::find(sections_, name, &Described::name);
        if (described == sections_.end()) return nullptr;
        built_[name] = nullptr;  // for who is made of itself
        auto service = described->make(name, described->section, shared_);
        if (!service) return nullptr;
        return built_[name] = services_.keep(std::move(service));
    }

    directory::SharedParts shared_;
    ServiceThreads& services_;
    std::vector<Described> sections_;
    Directories built_;
};

Directories build_directories(config::Section& root, directory::PluginLoader& plugins,
                              const ServerSettings& server, const Foundation& foundation,
                              std::shared_ptr<const cache::SharedSettings> cache) {
    const directory::SharedParts shared{plugins,          foundation.hash_pool, server.hash_limits,
                                        server.hash_cost, foundation.log,       std::move(cache),
                                        foundation.lost};
    return DirectoryBuilder(root, shared, foundation.services).build();
}

// Nothing of it is at work before it starts.
std::shared_ptr<session::AuthLimits> build_auth_limits(
    config::Section& root, const session::AuthLimitSettings& settings,
    std::shared_ptr<const cache::SharedSettings> shared, const Foundation& foundation) {
    auto section = root.table("session").table("auth").table("limits");
    std::shared_ptr<const cache::RedisSettings> redis;
    if (!settings.redis.empty()) redis = cache::find_redis(section, settings.redis, *shared);
    if (!settings.any()) return nullptr;
    auto make_counters = [shared = std::move(shared), redis, redis_name = settings.redis,
                          section_name = section.name(), &log = foundation.log,
                          executor = foundation.background.get_executor(),
                          local = foundation.failures] {
        auto connection =
            redis ? std::make_unique<cache::Redis>(redis, redis_name, log, executor) : nullptr;
        // Whatever their limits are, gateways that share a Redis count the same.
        return std::make_shared<cache::Counters>(cache::Keys(shared->key, section_name, ""),
                                                 "limit", std::move(connection), executor, local);
    };
    return std::make_shared<session::AuthLimits>(settings, foundation.background,
                                                 foundation.failures, std::move(make_counters));
}

NextHops build_next_hops(config::Section& root, const ServerSettings& server,
                         const Foundation& foundation) {
    NextHops next_hops;
    for (auto& [name, section] : root.tables("next-hop"))
        next_hops[name] = upstream::make_next_hop(
            name, section, {server.hostname, foundation.files, foundation.log});
    if (next_hops.empty())
        root.problem("next-hop", "there is no next hop: where should mail go?",
                     "[next-hop.mta] with type = \"smtp\" and address = \"mx.internal:25\"");
    return next_hops;
}

// The context is made anew at each reload, so a renewed certificate needs no restart.
session::Listener build_listener(config::Section& root, const ListenerSettings& settings,
                                 const Foundation& foundation) {
    session::Listener listener{settings.name,    settings.implicit_tls,
                               nullptr,          settings.bare_paths,
                               settings.proxies, settings.proxies_end_tls};
    if (settings.tls.certificates.empty()) return listener;
    try {
        listener.tls = net::TlsContext::server(settings.tls, foundation.tickets);
        for (const auto& warning : listener.tls->warnings())
            foundation.log.write(events::config_warning, {{"why", warning}});
    } catch (const net::TlsError& error) {
        root.problem("certificate", error.what(), "PEM files of a certificate and its own key");
    }
    return listener;
}

// The next hops that the expression can name; all of them when that is not known beforehand.
std::vector<upstream::NextHop*> reachable(const NextHops& next_hops,
                                          const expr::Expression& expression) {
    std::vector<upstream::NextHop*> reachable;
    const auto results = expression.possible_results();
    for (const auto& [name, next_hop] : next_hops) {
        const bool named = std::ranges::find(results, name, [](const auto& each) {
                               return each.text();
                           }) != results.end();
        if (results.empty() || named) reachable.push_back(next_hop.get());
    }
    return reachable;
}

// Sender rules need to know what a user owns: a directory that cannot say makes them a promise
// nobody keeps.
void check_senders(config::Section& root, const Directories& directories,
                   const session::AuthSettings& settings) {
    const auto results = settings.must_match_sender.possible_results();
    const bool never = !results.empty() && std::ranges::none_of(results, &expr::Value::truth);
    if (never || settings.sender.name_is_address) return;
    auto sections = root.tables("directory");
    for (auto& [name, section] : sections) {
        const auto found = directories.find(name);
        if (found == directories.end() || !found->second) continue;
        const auto& can = found->second->capabilities();
        if (!can.lists_addresses && !can.names_are_addresses)
            section.problem(
                "",
                fmt::format("directory \"{}\" lists no addresses and its names are "
                            "none, so must-match-sender would refuse every sender",
                            name),
                "give its accounts addresses, or session.auth.must-match-sender = false");
    }
}

// A rule about "sales" would never hold where a group is "cn=sales,ou=groups,dc=example,dc=org".
void check_groups(config::Section& root, const Directories& directories,
                  const session::Settings& settings) {
    const auto is_dn = [](const auto& each) {
        return each.second && each.second->capabilities().groups_are_dns;
    };
    const auto ldap = std::ranges::find_if(directories, is_dn);
    if (ldap == directories.end()) return;
    auto session = root.table("session");
    auto auth = session.table("auth"), relay = session.table("relay"), rcpt = session.table("rcpt");
    const auto check = [&](config::Section& section, std::string_view key,
                           const expr::Expression& expression) {
        for (const auto& text : expression.texts_compared_with(expr::Variable::groups))
            if (text.find('=') == text.npos)
                section.problem(
                    key,
                    fmt::format("no group is called \"{}\": those of directory \"{}\" are DNs",
                                text, ldap->first),
                    fmt::format("\"cn={},ou=...\" in lower case, or groups = \"name\" in "
                                "[directory.{}]",
                                text, ldap->first));
    };
    check(auth, "must-match-sender", settings.auth.must_match_sender);
    check(auth, "send-as-anyone", settings.auth.send_as_anyone);
    check(auth, "must-match-header-from", settings.auth.must_match_header_from);
    check(auth, "may-act-as", settings.auth.may_act_as);
    check(rcpt, "relay", settings.relay.relay);
    check(relay, "next-hop", settings.relay.next_hop);
    check(relay, "bare-newline", settings.relay.bare_newline);
}

// BEHAVIOUR section 4: strangers only reach a next hop that knows that they are strangers.
void check_strangers(config::Section& root, const std::vector<upstream::NextHop*>& next_hops,
                     const session::Settings& settings) {
    if (settings.relay.local_domains.empty()) return;
    for (const auto* next_hop : next_hops)
        if (!next_hop->safe_for_strangers())
            root.problem("session",
                         fmt::format("rcpt.local-domains lets clients without authentication reach "
                                     "next hop \"{}\", which would trust them like us",
                                     next_hop->name()),
                         "identity = \"xclient\" or untrusted = true there");
}

}  // namespace

std::unique_ptr<Generation> Generation::build(config::Document& document,
                                              const Foundation& foundation) {
    // What is missing may stand in the part that could not be read.
    if (document.is_incomplete()) return nullptr;
    auto root = document.root();
    auto generation = std::make_unique<Generation>();
    generation->log = read_log_settings(root);
    generation->server = read_server_settings(root);
    const auto& server = generation->server;

    directory::PluginLoader plugins(server.plugins.empty()
                                        ? directory::PluginLoader::default_folder()
                                        : std::filesystem::path(server.plugins));
    generation->shared = cache::read_shared_settings(root);
    const auto& shared = generation->shared;
    auto directories = build_directories(root, plugins, server, foundation, shared);
    auto next_hops = build_next_hops(root, server, foundation);
    auto settings =
        session::Settings::read(root, server.hostname, names_of(directories), names_of(next_hops));
    auto auth_limits = build_auth_limits(root, settings.auth.limits, shared, foundation);
    for (const auto& listener : server.listeners)
        generation->listeners[listener.name] = build_listener(root, listener, foundation);

    document.report_unknown_keys();
    if (!document.problems().empty()) return nullptr;
    const auto reachable_next_hops = reachable(next_hops, settings.relay.next_hop);
    check_senders(root, directories, settings.auth);
    check_groups(root, directories, settings);
    check_strangers(root, reachable_next_hops, settings);
    if (!document.problems().empty()) return nullptr;

    if (directories.empty() && !generation->listeners.empty())
        foundation.log.write(events::config_warning,
                             {{"why", "there is no directory, so nobody can log in"}});
    const auto header_memory = settings.limits.header_memory;
    generation->environment = std::shared_ptr<const session::Environment>(
        new session::Environment{std::move(settings), std::move(directories), std::move(next_hops),
                                 reachable_next_hops, foundation.log, foundation.draining,
                                 session::HeaderMemory(header_memory), std::move(auth_limits)});
    return generation;
}

void Generation::start(const Foundation& foundation) {
    if (environment->auth_limits) environment->auth_limits->start();
    for (const auto& [name, ignored] : environment->directories)
        foundation.log.write(events::directory_ready, {{"directory", name}});
    for (const auto& [name, next_hop] : environment->next_hops)
        background.push_back(std::make_unique<BackgroundTask>(
            foundation.background, foundation.log, "next hop " + name,
            [next_hop] { return next_hop->run(); }));
}

}  // namespace postern::app
