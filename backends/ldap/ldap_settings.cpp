#include "ldap/ldap_settings.hpp"

#include <fmt/format.h>

#include <boost/asio/ip/address.hpp>
#include <limits>

#include "ldap/dn.hpp"
#include "ldap/filter.hpp"
#include "observe/events.hpp"

namespace postern::ldap {

namespace {

using namespace std::chrono_literals;
using config::Section;
using Scheme = ServerAddress::Scheme;

constexpr std::string_view of_a_login[] = {"username", "local", "domain"};
constexpr std::string_view of_a_member[] = {"dn", "username", "local", "domain"};

void read_servers(Section& section, Settings& settings) {
    for (const auto& url : section.texts("url")) {
        if (auto address = parse_server_address(url))
            settings.servers.push_back(*std::move(address));
        else
            section.problem("url", fmt::format("\"{}\" is no address of an LDAP server", url),
                            "ldap://ldap.internal, ldaps://ldap.internal:636 or "
                            "ldapi:///run/slapd/ldapi");
    }
    settings.srv = section.text("srv");
    const bool is_ldaps = settings.srv.starts_with("_ldaps.");
    settings.srv_scheme = is_ldaps ? Scheme::ldaps : Scheme::ldap;
    if (!settings.srv.empty() && !is_ldaps && !settings.srv.starts_with("_ldap."))
        section.problem("srv", fmt::format("\"{}\" is no name of an LDAP service", settings.srv),
                        "_ldap._tcp.example.org, or _ldaps._tcp.example.org");
    if (section.has("url") && !settings.srv.empty())
        section.problem("srv", "the servers are in \"url\" already", "one of the two");
    if (!section.has("url") && !section.has("srv"))
        section.problem("", "a directory of type \"ldap\" without a server",
                        "url = \"ldap://ldap.internal\", a list of them, or srv = "
                        "\"_ldap._tcp.example.org\"");
    settings.round_robin =
        section.choice<bool>("order", {{"first", false}, {"round-robin", true}}, false);
}

bool is_loopback(const ServerAddress& address) {
    boost::system::error_code error;
    const auto ip = boost::asio::ip::make_address(address.host_port.host, error);
    return address.scheme == Scheme::ldapi || address.host_port.host == "localhost" ||
           (!error && ip.is_loopback());
}

void warn(observe::Log& log, const Section& section, std::string why) {
    log.write(observe::events::config_warning,
              {{"setting", section.name()}, {"why", std::move(why)}});
}

// Whether passwords would go over a wire as they are.
bool is_in_the_clear(const ServerAddress& address, const Settings& settings) {
    return address.scheme == Scheme::ldap && !settings.start_tls && !is_loopback(address);
}

void read_tls(Section& section, Settings& settings, observe::Log& log) {
    auto table = section.table("tls");
    settings.start_tls = table.boolean("enable", false);
    const auto tls = net::TlsClientSettings::read(table);
    settings.tls_name = tls.name;
    bool needed = settings.start_tls;
    auto asked = settings.servers;
    if (!settings.srv.empty()) asked.push_back({settings.srv_scheme, {settings.srv, 0}, ""});
    for (const auto& address : asked) {
        needed = needed || address.scheme == Scheme::ldaps;
        if (is_in_the_clear(address, settings))
            warn(log, section,
                 fmt::format("passwords go to {} in the clear; tls.enable = true, or ldaps, keeps "
                             "them secret",
                             address.host_port.host));
    }
    if (!needed) return;
    if (!settings.srv.empty() && tls.ca.empty() && tls.name.empty())
        warn(log, section,
             "whoever can forge the DNS may name a server of his own with a certificate that the "
             "system trusts; tls.ca or tls.name keeps him out");
    try {
        settings.tls = net::TlsContext::client(tls);
    } catch (const net::TlsError& error) {
        table.problem("ca", error.what(), "PEM files; without `ca` the system's authorities count");
    }
}

void read_service(Section& bind, Settings& settings) {
    using Kind = ServiceAccount::Kind;
    auto& service = settings.service;
    service.dn = bind.text("dn");
    service.password = bind.secret("secret");
    const bool named = !service.dn.empty();
    service.kind = bind.choice<Kind>(
        "mechanism",
        {{"simple", Kind::simple}, {"external", Kind::external}, {"anonymous", Kind::anonymous}},
        named ? Kind::simple : Kind::anonymous);
    if (service.kind == Kind::simple && (!named || service.password.empty()))
        bind.problem(named ? "secret" : "dn", "our own account needs a name and a password",
                     "bind.dn and bind.secret; or bind.mechanism = \"anonymous\" or \"external\"");
    if (bind.has("secret") && !named && service.kind == Kind::anonymous)
        bind.problem("secret", "a password without a name, so we would be anonymous",
                     "bind.dn = \"cn=postern,dc=example,dc=org\", or leave bind.secret out");
    if (named && service.kind != Kind::simple)
        bind.problem("dn", "a name is of no use to this mechanism",
                     "leave bind.dn out, or bind.mechanism = \"simple\"");
}

template <class Template, class Parse>
std::optional<Template> read_template(Section& section, std::string_view key, Parse parse) {
    if (!section.has(key)) return std::nullopt;
    const auto text = section.text(key);
    auto parsed = parse(text);
    if (parsed) return *std::move(parsed);
    const auto& error = parsed.error();
    section.problem(key, fmt::format("at octet {}: {}", error.offset + 1, error.what), error.hint);
    return std::nullopt;
}

std::optional<FilterTemplate> read_filter(Section& section, std::string_view key,
                                          std::span<const std::string_view> placeholders) {
    return read_template<FilterTemplate>(section, key, [&](const std::string& text) {
        return FilterTemplate::parse(text, placeholders);
    });
}

void read_authentication(Section& bind, Settings& settings) {
    auto auth = bind.table("auth");
    settings.method = auth.choice<Method>("method",
                                          {{"default", Method::hash},
                                           {"hash", Method::hash},
                                           {"lookup", Method::lookup},
                                           {"template", Method::by_template}},
                                          Method::hash);
    settings.bind_template = read_template<DnTemplate>(
        auth, "template", [](const std::string& text) { return DnTemplate::parse(text); });
    settings.reads_as_user = auth.boolean("search", true);
    settings.netbios_domains = auth.texts("netbios-domains");
    const bool by_template = settings.method == Method::by_template;
    if (by_template && !auth.has("template"))
        auth.problem("method", "this method needs a template",
                     "template = \"uid={local},ou=people,dc=example,dc=org\"");
    if (!by_template && auth.has("template"))
        auth.problem("template", "a template is of no use to this method",
                     "method = \"template\", or leave it out");
    if (by_template && settings.bind_template && !settings.bind_template->is_dn() &&
        settings.netbios_domains.empty())
        auth.problem("template",
                     "a name that is no DN is confirmed by the server's \"u:DOMAIN\\user\"",
                     "netbios-domains = [\"CORP\"] beside it, or a template that is a DN");
}

// Whoever could log in with something; nullopt: nobody can tell.
std::optional<std::string> filter_of_anybody(const Settings& settings) {
    auto by_name = settings.filter_name ? settings.filter_name->anybody() : std::nullopt;
    if (!settings.filter_email) return by_name;
    const auto by_email = settings.filter_email->anybody();
    if (!by_name || !by_email) return std::nullopt;
    return fmt::format("(|{}{})", *by_name, *by_email);
}

// For a listing there may be a filter of its own; what changes is heard of everybody.
void read_list_filter(Section& filter, Settings& settings) {
    settings.filter_list = filter_of_anybody(settings);
    settings.filter_followed = settings.filter_list.value_or("(objectClass=*)");
    if (!filter.has("list")) return;
    const auto text = filter.text("list");
    if (const auto parsed = parse_filter(text); !parsed)
        filter.problem("list",
                       fmt::format("at octet {}: no search filter (RFC 4515), expected {}",
                                   parsed.error().offset + 1, parsed.error().expected),
                       "list = \"(objectClass=inetOrgPerson)\"; it has no placeholders");
    settings.filter_list = text;
}

void read_search(Section& section, Settings& settings, observe::Log& log) {
    settings.bases = section.texts("base-dn");
    for (const auto& base : settings.bases) {
        if (base.empty())
            warn(log, section,
                 "an empty base-dn: only a global catalog of Active Directory and few others find "
                 "anything there");
        else if (!normalize_dn(base))
            section.problem("base-dn", fmt::format("\"{}\" is no DN", base),
                            "base-dn = \"dc=example,dc=org\"");
    }
    if (settings.bases.empty())
        section.problem("", "it is not said where to search", "base-dn = \"dc=example,dc=org\"");
    settings.scope = section.choice<SearchScope>("scope",
                                                 {{"subtree", SearchScope::subtree},
                                                  {"one-level", SearchScope::one_level},
                                                  {"base", SearchScope::base}},
                                                 SearchScope::subtree);
    settings.dereference = section.choice<Dereference>("deref",
                                                       {{"never", Dereference::never},
                                                        {"searching", Dereference::searching},
                                                        {"finding", Dereference::finding},
                                                        {"always", Dereference::always}},
                                                       Dereference::never);
    auto filter = section.table("filter");
    settings.filter_name = read_filter(filter, "name", of_a_login);
    settings.filter_email = read_filter(filter, "email", of_a_login);
    read_list_filter(filter, settings);
    if (!filter.has("name"))
        section.problem("", "it is not said what a login is in this directory",
                        "filter.name = \"(&(objectClass=inetOrgPerson)(uid=?))\"");
}

std::size_t read_count(Section& section, std::string_view key, std::size_t fallback,
                       std::int64_t most) {
    return static_cast<std::size_t>(
        section.integer(key, static_cast<std::int64_t>(fallback), 1, most));
}

void read_groups(Section& section, Settings& settings) {
    using Nesting = GroupSettings::Nesting;
    settings.group_names = section.choice<GroupNames>(
        "groups", {{"dn", GroupNames::dn}, {"name", GroupNames::name}}, GroupNames::dn);
    auto group = section.table("group");
    auto& groups = settings.groups;
    groups.filter = read_filter(group, "filter", of_a_member);
    groups.bases = group.texts("base-dn", settings.bases);
    groups.nesting = group.choice<Nesting>("nested",
                                           {{"none", Nesting::none},
                                            {"walk", Nesting::walk},
                                            {"rule", Nesting::server_rule},
                                            {"auto", Nesting::automatic}},
                                           Nesting::none);
    groups.depth = static_cast<unsigned>(read_count(group, "depth", groups.depth, 64));
    groups.limit = read_count(group, "limit", groups.limit, 10'000);
    groups.own_addresses = group.boolean("addresses", false);
}

void read_pool(Section& section, Settings& settings) {
    auto table = section.table("pool");
    auto& pool = settings.pool;
    pool.searches = read_count(table, "searches", pool.searches, 64);
    pool.binds = read_count(table, "binds", pool.binds, 1024);
    pool.idle = table.duration("idle", pool.idle, 1s, 1h);
}

void read_invalidation(Section& section, Section& attributes, Settings& settings) {
    if (!section.has("cache")) return;
    auto cache = section.table("cache");
    settings.is_followed = cache.boolean("watch", false);
    settings.is_stamped =
        cache.choice<bool>("check", {{"none", false}, {"attribute", true}}, false);
    if (settings.is_stamped && settings.attributes.changed.empty())
        attributes.problem("changed", "no attribute that cache.check could look at",
                           "changed = \"modifyTimestamp\", or cache.check = \"none\"");
}

}  // namespace

std::optional<Settings> read_settings(Section& section, observe::Log& log) {
    Settings settings;
    read_servers(section, settings);
    read_tls(section, settings, log);
    auto bind = section.table("bind");
    read_service(bind, settings);
    read_authentication(bind, settings);
    read_search(section, settings, log);
    auto attributes = section.table("attributes");
    settings.attributes = AttributeSettings::read(attributes);
    settings.allow_weak_schemes = section.boolean("allow-weak-schemes", false);
    const bool by_domain = settings.bind_template && settings.bind_template->uses("domain");
    if (by_domain && settings.attributes.name == AttributeSettings().name)
        warn(log, section,
             "the same uid in two domains is one name to us; attributes.name = \"mail\" tells them "
             "apart");
    read_groups(section, settings);
    read_pool(section, settings);
    settings.timeout = section.duration("timeout", 5s, 10ms, 1h);
    read_invalidation(section, attributes, settings);
    const bool lacks_a_part = (settings.servers.empty() && settings.srv.empty()) ||
                              settings.bases.empty() || !settings.filter_name ||
                              (settings.method == Method::by_template && !settings.bind_template);
    if (lacks_a_part) return std::nullopt;
    return settings;
}

}  // namespace postern::ldap
