#include "upstream/xclient.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "smtp/xtext.hpp"

namespace postern::upstream {

namespace {

constexpr std::size_t most_value = 255;
constexpr std::size_t most_line = 510;  // and CRLF
constexpr std::string_view unavailable = "[UNAVAILABLE]";
constexpr std::string_view unavailable_for_now = "[TEMPUNAVAIL]";

bool lists(const std::vector<std::string>& listed, std::string_view attribute) {
    return std::ranges::find(listed, attribute) != listed.end();
}

std::string address_value(const std::string& text) {
    boost::system::error_code error;
    auto address = boost::asio::ip::make_address(text, error);
    if (error) return std::string(unavailable);
    if (address.is_v4()) return address.to_string();
    auto six = address.to_v6();
    six.scope_id(0);
    if (six.is_v4_mapped()) return make_address_v4(boost::asio::ip::v4_mapped, six).to_string();
    return "IPV6:" + six.to_string();
}

std::string port_value(std::uint16_t port) {
    return port == 0 ? std::string(unavailable) : std::to_string(port);
}

// Cuts xtext, but never inside a "+XX".
void cut(std::string& value, std::size_t most) {
    if (value.size() <= most) return;
    value.resize(most);
    const auto plus = value.rfind('+');
    if (plus != std::string::npos && value.size() - plus < 3) value.resize(plus);
}

std::string helo_value(const std::string& helo, std::size_t room) {
    auto value = smtp::encode_xtext(helo);
    cut(value, std::min(most_value, room));
    return value.empty() ? std::string(unavailable) : value;
}

std::optional<std::string> login_value(const std::string& login) {
    if (login.empty()) return std::string(unavailable);
    if (login == unavailable || login == unavailable_for_now) return std::nullopt;
    auto value = smtp::encode_xtext(login);
    if (value.size() > most_value) return std::nullopt;
    return value;
}

}  // namespace

bool knows_xclient(const std::vector<std::string>& listed) {
    return lists(listed, "NAME") && lists(listed, "ADDR") && lists(listed, "LOGIN");
}

std::optional<std::string> xclient_command(const ClientIdentity& client,
                                           const std::vector<std::string>& listed) {
    const auto login = login_value(client.login);
    if (!login) return std::nullopt;
    std::string line = "XCLIENT";
    const auto add = [&](std::string_view attribute, std::string_view value) {
        if (lists(listed, attribute)) line.append(" ").append(attribute).append("=").append(value);
    };
    add("NAME", unavailable);
    add("REVERSE_NAME", unavailable);
    add("ADDR", address_value(client.address));
    add("PORT", port_value(client.port));
    add("PROTO", client.extended ? "ESMTP" : "SMTP");
    add("LOGIN", *login);
    add("DESTADDR", address_value(client.local_address));
    add("DESTPORT", port_value(client.local_port));
    // The rest takes 457 octets at its longest, so there is always room for a good part of HELO.
    constexpr std::string_view helo = " HELO=";
    add("HELO", helo_value(client.helo, most_line - line.size() - helo.size()));
    return line;
}

}  // namespace postern::upstream
