#include "ldap/server_address.hpp"

#include "smtp/ascii.hpp"

namespace postern::ldap {

namespace {

using Scheme = ServerAddress::Scheme;

// "%2Frun%2Fslapd%2Fldapi", as the OpenLDAP tools want it, or the path as it is.
std::optional<std::string> socket_path(std::string_view text) {
    std::string path;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            path.push_back(text[i]);
            continue;
        }
        if (!smtp::equal_ignoring_case(text.substr(i, 3), "%2F")) return std::nullopt;
        path.push_back('/');
        i += 2;
    }
    constexpr std::size_t longest = 107;  // sockaddr_un
    if (!path.starts_with('/') || path.size() > longest) return std::nullopt;
    return path;
}

}  // namespace

std::string ServerAddress::text() const {
    if (scheme == Scheme::ldapi) return "ldapi://" + path;
    return (scheme == Scheme::ldaps ? "ldaps://" : "ldap://") + host_port.text();
}

std::optional<ServerAddress> parse_server_address(std::string_view url) {
    const auto colon = url.find("://");
    if (colon == url.npos) return std::nullopt;
    const auto name = url.substr(0, colon);
    auto rest = url.substr(colon + 3);
    ServerAddress address;
    if (smtp::equal_ignoring_case(name, "ldapi")) {
        auto path = socket_path(rest);
        if (!path) return std::nullopt;
        address.scheme = Scheme::ldapi;
        address.path = *std::move(path);
        return address;
    }
    const bool tls = smtp::equal_ignoring_case(name, "ldaps");
    if (!tls && !smtp::equal_ignoring_case(name, "ldap")) return std::nullopt;
    if (rest.ends_with('/')) rest.remove_suffix(1);
    if (rest.find_first_of("/?@") != rest.npos) return std::nullopt;
    auto host_port = net::parse_host_port(rest, tls ? 636 : 389);
    if (!host_port) return std::nullopt;
    address.scheme = tls ? Scheme::ldaps : Scheme::ldap;
    address.host_port = *std::move(host_port);
    return address;
}

}  // namespace postern::ldap
