// Functions about mail addresses and IP addresses.
#include <algorithm>
#include <array>

#include "expr/functions.hpp"
#include "expr/ip_network.hpp"
#include "expr/text.hpp"

namespace postern::expr {
namespace {

// At the last "@", since a quoted local part may hold one.
Value email_part(Arguments of) {
    const bool local = of[1].text() == "local";
    return each_text(of[0], [&](const std::string& address) {
        const auto at = address.rfind('@');
        if (at == std::string::npos) return std::string();
        return local ? address.substr(0, at) : address.substr(at + 1);
    });
}

std::optional<Function::Objection> check_email_part(Function::Known known) {
    if (!known[1] || known[1]->text() == "local" || known[1]->text() == "domain")
        return std::nullopt;
    return Function::Objection{1, "an address has no part \"" + known[1]->text() + "\"",
                               "'local' or 'domain'"};
}

bool is_local_part(std::string_view text) {
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
        bool escaped = false;
        for (const char c : text.substr(1, text.size() - 2)) {
            if (c == '"' && !escaped) return false;
            if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) return false;
            escaped = c == '\\' && !escaped;
        }
        return !escaped;
    }
    const auto is_atom = [](char c) {
        return is_upper(c) || is_lower(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80 ||
               std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
    };
    return !text.empty() && text.front() != '.' && text.back() != '.' &&
           text.find("..") == text.npos && std::all_of(text.begin(), text.end(), is_atom);
}

// A domain with a dot in it, as a public mail address has.
bool is_mail_domain(std::string_view text) {
    const auto belongs = [](char c) {
        return is_upper(c) || is_lower(c) || is_digit(c) || c == '-' || c == '.' ||
               static_cast<unsigned char>(c) >= 0x80;
    };
    return text.find('.') != text.npos && text.front() != '.' && text.back() != '.' &&
           text.find("..") == text.npos && std::all_of(text.begin(), text.end(), belongs);
}

Value is_email(Arguments of) {
    const std::string text = of[0].text();
    const auto at = text.rfind('@');
    return at != std::string::npos && is_local_part(std::string_view(text).substr(0, at)) &&
           is_mail_domain(std::string_view(text).substr(at + 1));
}

Value ip_reverse_name(Arguments of) {
    return each_text(of[0], [](const std::string& text) {
        const auto address = IpAddress::parse(text);
        return address ? address->reverse_name() : std::string();
    });
}

// is_ip_in_cidr(address, network): false when one of them is none; a list of networks is any of
// them.
Value is_ip_in_cidr(Arguments of) {
    const auto address = IpAddress::parse(of[0].text());
    if (!address) return false;
    const List networks = of[1].items();
    return std::any_of(networks.begin(), networks.end(), [&](const Value& each) {
        const auto network = IpNetwork::parse(each.text());
        return network && network->contains(*address);
    });
}

std::optional<Function::Objection> check_networks(Function::Known known) {
    if (!known[1]) return std::nullopt;
    for (const auto& network : known[1]->items()) {
        if (IpNetwork::parse(network.text())) continue;
        return Function::Objection{1, "\"" + network.text() + "\" is no network",
                                   "write '10.0.0.0/8' or '2001:db8::/32'"};
    }
    return std::nullopt;
}

bool is_ip(const Value& value, bool v4, bool v6) {
    const std::string text = value.text();
    if (!IpAddress::parse(text)) return false;
    return text.find(':') == std::string::npos ? v4 : v6;
}

constexpr std::array functions{
    Function{"email_part", 2, Type::any, email_part, check_email_part},
    Function{"ip_reverse_name", 1, Type::any, ip_reverse_name},
    Function{"is_email", 1, Type::boolean, is_email},
    Function{"is_ip_addr", 1, Type::boolean,
             [](Arguments of) { return Value(is_ip(of[0], true, true)); }},
    Function{"is_ip_in_cidr", 2, Type::boolean, is_ip_in_cidr, check_networks},
    Function{"is_ipv4_addr", 1, Type::boolean,
             [](Arguments of) { return Value(is_ip(of[0], true, false)); }},
    Function{"is_ipv6_addr", 1, Type::boolean,
             [](Arguments of) { return Value(is_ip(of[0], false, true)); }},
};

}  // namespace

std::span<const Function> address_functions() {
    return functions;
}

}  // namespace postern::expr
