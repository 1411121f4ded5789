#include "postgresql/connection_settings.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <memory>
#include <sstream>

#include "observe/events.hpp"
#include "postgresql/connection_start.hpp"

namespace postern::postgresql {

namespace {

using config::Section;

constexpr std::uint16_t default_port = 5432;
constexpr const char* url_example = "url = \"postgresql://postern_gateway@db.internal/mail\"";
// Debian's; libpq would look into the home directory instead.
constexpr const char* system_authorities = "/etc/ssl/certs/ca-certificates.crt";
constexpr const char* no_file = "/dev/null/none";
constexpr std::array ssl_modes{"disable", "allow", "prefer", "require", "verify-ca", "verify-full"};
constexpr std::array session_attributes{"any",     "read-write", "read-only",
                                        "primary", "standby",    "prefer-standby"};

struct Keyword {
    const char* key;      // of the settings
    const char* keyword;  // of libpq
};
constexpr std::array plain_keys{Keyword{"database", "dbname"}, Keyword{"user", "user"}};
constexpr std::array tls_keys{Keyword{"mode", "sslmode"}, Keyword{"ca", "sslrootcert"},
                              Keyword{"cert", "sslcert"}, Keyword{"private-key", "sslkey"}};

std::vector<std::string> split(const std::string& list) {
    std::vector<std::string> parts;
    std::istringstream stream(list);
    for (std::string part; std::getline(stream, part, ',');)
        parts.push_back(part);
    return parts;
}

// libpq's rule: one port for all hosts, or one for each.
void read_hosts(const std::string& hosts, const std::string& ports, ConnectionSettings& settings) {
    const auto names = split(hosts);
    const auto numbers = split(ports);
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto number = numbers.empty()      ? std::string()
                            : i < numbers.size() ? numbers[i]
                                                 : numbers.back();
        const auto port = number.empty() ? default_port : std::stoul(number);
        settings.hosts.push_back({names[i], static_cast<std::uint16_t>(port)});
    }
}

bool are_ports(const std::string& ports) {
    for (const auto& port : split(ports)) {
        const bool digits = port.find_first_not_of("0123456789") == std::string::npos;
        if (!digits || port.size() > 5 || (!port.empty() && std::stoul(port) > 65535)) return false;
    }
    return true;
}

void read_url(Section& section, ConnectionSettings& settings) {
    auto url = section.secret("url");
    if (url.empty()) return;
    char* why = nullptr;
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
        PQconninfoParse(std::string(url.reveal()).c_str(), &why), PQconninfoFree);
    const std::unique_ptr<char, decltype(&PQfreemem)> reason(why, PQfreemem);
    if (!options) {
        // Its words would quote the password.
        section.problem("url", "this is no address of a PostgreSQL database", url_example);
        return;
    }
    std::string hosts, ports;
    for (const auto* option = options.get(); option->keyword != nullptr; ++option) {
        if (option->val == nullptr) continue;
        const std::string keyword = option->keyword;
        if (keyword == "host" || keyword == "hostaddr")
            hosts = option->val;
        else if (keyword == "port")
            ports = option->val;
        else if (keyword == "target_session_attrs")
            settings.target_session_attributes = option->val;
        else if (keyword == "password")
            settings.password = crypto::Secret(option->val);
        else if (keyword == "service")
            section.problem("url", "no service file is read", url_example);
        else
            settings.keywords[keyword] = option->val;
    }
    if (are_ports(ports))
        read_hosts(hosts, ports, settings);
    else
        section.problem("url", fmt::format("\"{}\" is no port", ports), url_example);
}

void read_parts(Section& section, ConnectionSettings& settings) {
    if (section.has("host")) settings.hosts.clear();
    for (const auto& host : section.texts("host")) {
        const bool is_path = host.starts_with('/');
        const auto parsed =
            is_path ? net::HostPort{host, default_port} : net::parse_host_port(host, default_port);
        if (parsed)
            settings.hosts.push_back(*parsed);
        else
            section.problem("host", fmt::format("\"{}\" is no host", host),
                            "host = \"db.internal:5432\", a list, or the folder of its socket");
    }
    for (const auto& [key, keyword] : plain_keys)
        if (section.has(key)) settings.keywords[keyword] = section.text(key);
    if (section.has("password")) settings.password = section.secret("password");
    if (section.has("target-session-attrs"))
        settings.target_session_attributes = section.text("target-session-attrs");
    if (std::ranges::find(session_attributes, settings.target_session_attributes) ==
        session_attributes.end())
        section.problem("target-session-attrs",
                        fmt::format("\"{}\" is none", settings.target_session_attributes),
                        fmt::format("one of {}", fmt::join(session_attributes, ", ")));
}

void read_tls(Section& section, ConnectionSettings& settings, const ConnectionSettings* otherwise) {
    auto tls = section.table("tls");
    auto& keywords = settings.keywords;
    for (const auto& [key, keyword] : tls_keys)
        if (tls.has(key)) keywords[keyword] = tls.text(key);
    if (otherwise != nullptr)
        for (const auto& [keyword, value] : otherwise->keywords)
            if (std::ranges::find(tls_keys, keyword, &Keyword::keyword) != tls_keys.end() &&
                value != no_file)
                keywords.try_emplace(keyword, value);
    keywords.try_emplace("sslmode", "prefer");
    const auto& mode = keywords["sslmode"];
    if (std::ranges::find(ssl_modes, mode) == ssl_modes.end())
        tls.problem("mode", fmt::format("\"{}\" is no TLS mode", mode),
                    fmt::format("one of {}", fmt::join(ssl_modes, ", ")));
    if (mode.starts_with("verify-")) keywords.try_emplace("sslrootcert", system_authorities);
}

bool is_local(const std::string& host) {
    boost::system::error_code error;
    const auto ip = boost::asio::ip::make_address(host, error);
    return host.starts_with('/') || host == "localhost" || (!error && ip.is_loopback());
}

// As libpq does it where nobody is named.
std::string name_of_our_user() {
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    ::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found);
    return found != nullptr ? found->pw_name : "";
}

void read_user(Section& section, ConnectionSettings& settings) {
    auto& user = settings.keywords["user"];
    if (user.empty()) user = name_of_our_user();
    if (user.empty()) section.problem("user", "it is not said as whom we come", url_example);
}

}  // namespace

void ConnectionSettings::warn_of_impostors(const Section& section, observe::Log& log) const {
    if (keywords.at("sslmode") == "verify-full") return;
    for (const auto& host : hosts) {
        if (is_local(host.host)) continue;
        log.write(observe::events::config_warning,
                  {{"setting", section.name()},
                   {"why", fmt::format("whoever sits between us and {} says which password is "
                                       "right; tls.mode = \"verify-full\" keeps him out",
                                       host.host)}});
    }
}

std::optional<ConnectionSettings> ConnectionSettings::read(Section& section,
                                                           const ConnectionSettings* otherwise) {
    keep_environment_out();
    ConnectionSettings settings;
    read_url(section, settings);
    read_parts(section, settings);
    read_tls(section, settings, otherwise);
    settings.keywords["client_encoding"] = "UTF8";
    settings.keywords["gssencmode"] = "disable";  // would read Kerberos' files while we connect
    settings.keywords.try_emplace("application_name", "postern");
    // libpq would look into the home directory.
    for (const auto* file : {"passfile", "sslcert", "sslcrl", "sslrootcert"})
        settings.keywords.try_emplace(file, no_file);
    if (settings.hosts.empty()) {
        if (!section.has("url") && !section.has("host"))
            section.problem("", "a directory of type \"postgresql\" without a database",
                            url_example);
        else
            section.problem(section.has("host") ? "host" : "url", "no host is named", url_example);
        return std::nullopt;
    }
    read_user(section, settings);
    return settings;
}

}  // namespace postern::postgresql
