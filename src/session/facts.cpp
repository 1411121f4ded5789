#include "session/facts.hpp"

#include "address/unicode.hpp"

namespace postern::session {

namespace {

expr::Value list_of(const std::vector<std::string>& texts) {
    return expr::List(texts.begin(), texts.end());
}

std::string text_of(const address::Path& path, bool case_counts) {
    if (!path.mailbox) return "";
    return case_counts ? path.mailbox->text() : address::to_lower(path.mailbox->text());
}

}  // namespace

Facts::Facts(std::string listener_name, const net::Stream& stream,
             const std::optional<net::ProxyHeader>& introduction)
    : listener(std::move(listener_name)), unnamed(introduction && !introduction->ends) {
    const bool is_told = introduction && introduction->ends;
    const auto& remote = is_told ? introduction->ends->client : stream.remote();
    const auto& local = is_told ? introduction->ends->server : stream.local();
    remote_ip = remote.address().to_string();
    remote_port = remote.port();
    local_ip = local.address().to_string();
    local_port = local.port();
    if (!introduction || !introduction->tls) return;
    is_tls = true;
    tls_version = introduction->tls->version;
    tls_cipher = introduction->tls->cipher;
}

const std::string& Facts::trusted_ip() const {
    static const std::string nobody;
    return unnamed ? nobody : remote_ip;
}

void Facts::set_sender(const address::Path& path, bool case_counts) {
    sender = text_of(path, case_counts);
    sender_domain = path.mailbox ? path.mailbox->domain : "";
}

void Facts::set_rcpt(const address::Path& path, bool case_counts) {
    rcpt = text_of(path, case_counts);
    rcpt_domain = path.mailbox ? path.mailbox->domain : "";
}

void Facts::forget_client() {
    principal.reset();
    name_is_address = false;
    for (auto* said : {&helo_domain, &sender, &sender_domain, &rcpt, &rcpt_domain})
        said->clear();
}

expr::Value Facts::value(expr::Variable variable) const {
    switch (variable) {
        case expr::Variable::listener:
            return listener;
        case expr::Variable::local_ip:
            return local_ip;
        case expr::Variable::local_port:
            return std::int64_t{local_port};
        case expr::Variable::remote_ip:
            return trusted_ip();
        case expr::Variable::remote_port:
            return std::int64_t{remote_port};
        case expr::Variable::is_tls:
            return is_tls;
        case expr::Variable::tls_version:
            return tls_version;
        case expr::Variable::tls_cipher:
            return tls_cipher;
        case expr::Variable::helo_domain:
            return helo_domain;
        case expr::Variable::authenticated_as:
            return principal ? principal->name : "";
        case expr::Variable::groups:
            return principal ? list_of(principal->groups) : expr::List{};
        case expr::Variable::sender:
            return sender;
        case expr::Variable::sender_domain:
            return sender_domain;
        case expr::Variable::rcpt:
            return rcpt;
        case expr::Variable::rcpt_domain:
            return rcpt_domain;
    }
    return {};
}

expr::Value Facts::attribute(std::string_view name) const {
    if (!principal) return {};
    const auto found = principal->attributes.find(name);
    if (found == principal->attributes.end() || found->second.empty()) return {};
    if (found->second.size() == 1) return found->second.front();
    return list_of(found->second);
}

}  // namespace postern::session
