#include "remote/login_rules.hpp"

#include "address/mailbox.hpp"

namespace postern::remote {

std::optional<identity::Principal> LoginRules::principal_of(const identity::Login& login) const {
    auto name = login.text();
    const bool is_bare = name.find('@') == name.npos;
    if (is_bare && !domain.empty()) name += "@" + domain;
    const auto mailbox = address::parse_mailbox(name);
    if (mailbox) name = mailbox->text();
    const bool anybody = directory::covers(domains, "");
    if (!anybody) {
        if (!mailbox || !directory::covers(domains, mailbox->domain)) return std::nullopt;
        // Some servers take "victim%example.com" for "victim@example.com".
        if (mailbox->local_part.find_first_of("%!@") != std::string::npos) return std::nullopt;
    }
    identity::Principal principal;
    principal.name = name;
    if (mailbox) principal.addresses = {name};
    return principal;
}

}  // namespace postern::remote
