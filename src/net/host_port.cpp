#include "net/host_port.hpp"

#include <algorithm>
#include <boost/asio/ip/address_v6.hpp>
#include <charconv>

#include "net/task.hpp"

namespace postern::net {
namespace {

constexpr std::size_t longest_name = 253;  // RFC 1035 2.3.4, without the length octets

// Wider than RFC 952: "_" stands in many an internal name.
bool is_host_name(std::string_view text) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.' || c == '_';
    };
    return !text.empty() && text.size() <= longest_name && text.front() != '.' &&
           text.find("..") == std::string_view::npos && std::ranges::all_of(text, allowed);
}

bool is_ipv6_address(std::string_view text) {
    boost::system::error_code error;
    asio::ip::make_address_v6(std::string(text), error);
    return !error;
}

std::optional<std::uint16_t> parse_port(std::string_view digits) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), port);
    if (error != std::errc() || end != digits.end()) return std::nullopt;
    return port;
}

}  // namespace

std::string HostPort::text() const {
    const bool bracketed = host.find(':') != std::string::npos;
    return (bracketed ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<HostPort> parse_host_port(std::string_view text, std::uint16_t default_port) {
    std::string_view host;
    std::string_view rest;  // ":25" or nothing
    if (text.starts_with('[')) {
        const std::size_t close = text.find(']');
        if (close == std::string_view::npos) return std::nullopt;
        host = text.substr(1, close - 1);
        rest = text.substr(close + 1);
        if (!is_ipv6_address(host)) return std::nullopt;
    } else {
        host = text.substr(0, text.find(':'));
        rest = text.substr(host.size());
        if (!is_host_name(host)) return std::nullopt;
    }
    if (rest.empty() && default_port != 0) return HostPort{std::string(host), default_port};
    if (!rest.starts_with(':')) return std::nullopt;
    const auto port = parse_port(rest.substr(1));
    if (!port) return std::nullopt;
    return HostPort{std::string(host), *port};
}

}  // namespace postern::net
