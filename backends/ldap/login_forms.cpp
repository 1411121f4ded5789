#include "ldap/login_forms.hpp"

#include <algorithm>
#include <string_view>

#include "address/unicode.hpp"

namespace postern::ldap {

std::optional<LoginForm> form_of(const identity::Login& login,
                                 std::span<const std::string> netbios_domains) {
    const std::string_view text = login.text();
    const auto separator = text.find('\\');
    if (netbios_domains.empty() || separator == std::string_view::npos) {
        LoginForm form;
        form.values.emplace("username", text);
        form.values.emplace("local", login.local_part());
        if (!login.domain().empty()) form.values.emplace("domain", login.domain());
        return form;
    }

    const auto domain = text.substr(0, separator);
    const auto account = text.substr(separator + 1);
    const auto is_it = [&](const std::string& listed) {
        return address::to_lower(listed) == domain;
    };
    if (std::ranges::none_of(netbios_domains, is_it)) return std::nullopt;
    if (account.empty() || account.find_first_of("\\@") != std::string_view::npos)
        return std::nullopt;
    LoginForm form;
    form.values.emplace("username", account);
    form.values.emplace("local", account);
    form.is_netbios = true;
    return form;
}

}  // namespace postern::ldap
