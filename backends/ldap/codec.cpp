#include "ldap/codec.hpp"

#include <ldap.h>

#include <new>

#include "ldap/detached_ldap.hpp"
#include "ldap/message_reader.hpp"
#include "ldap/password_policy.hpp"

namespace postern::ldap {

namespace {

void check(int status) {
    if (status == LDAP_SUCCESS) return;
    if (status == LDAP_NO_MEMORY) throw std::bad_alloc();
    throw std::invalid_argument(ldap_err2string(status));
}

int scope_of(SearchScope scope) {
    switch (scope) {
        case SearchScope::base:
            return LDAP_SCOPE_BASE;
        case SearchScope::one_level:
            return LDAP_SCOPE_ONELEVEL;
        case SearchScope::subtree:
            break;
    }
    return LDAP_SCOPE_SUBTREE;
}

int dereference_of(Dereference dereference) {
    switch (dereference) {
        case Dereference::searching:
            return LDAP_DEREF_SEARCHING;
        case Dereference::finding:
            return LDAP_DEREF_FINDING;
        case Dereference::always:
            return LDAP_DEREF_ALWAYS;
        case Dereference::never:
            break;
    }
    return LDAP_DEREF_NEVER;
}

using Control = std::unique_ptr<LDAPControl, decltype(&ldap_control_free)>;

Control control_for(LDAP* ldap, const Page& page) {
    std::string octets = page.cookie;
    berval cookie{octets.size(), octets.data()};
    LDAPControl* control = nullptr;
    check(ldap_create_page_control(ldap, page.entries, octets.empty() ? nullptr : &cookie, 0,
                                   &control));
    return {control, ldap_control_free};
}

// Critical: a server that does not know it would answer as if that were all.
Control control_for(const SyncRequest& request) {
    std::string octets = value_of(request);
    berval value{octets.size(), octets.data()};
    LDAPControl* control = nullptr;
    check(ldap_control_create(sync_oid::request, 1, &value, 1, &control));
    return {control, ldap_control_free};
}

}  // namespace

Codec::Codec() : ldap_(std::make_unique<DetachedLdap>(most_octets)) {}
Codec::~Codec() = default;
Codec::Codec(Codec&&) noexcept = default;
Codec& Codec::operator=(Codec&&) noexcept = default;

Search root_search() {
    Search search;
    search.scope = SearchScope::base;
    search.attributes = {"supportedCapabilities"};
    search.most_entries = 1;
    return search;
}

int Codec::search(const Search& search) {
    std::vector<std::string> names = search.attributes;
    std::vector<char*> attributes;
    for (auto& name : names)
        attributes.push_back(name.data());
    attributes.push_back(nullptr);
    const int dereference = dereference_of(search.dereference);
    ldap_set_option(ldap_->handle(), LDAP_OPT_DEREF, &dereference);
    Control added(nullptr, ldap_control_free);
    if (search.page) added = control_for(ldap_->handle(), *search.page);
    if (search.sync) added = control_for(*search.sync);
    LDAPControl* controls[] = {added.get(), nullptr};
    int id = 0;
    check(ldap_search_ext(ldap_->handle(), search.base.c_str(), scope_of(search.scope),
                          search.filter.c_str(), names.empty() ? nullptr : attributes.data(), 0,
                          controls, nullptr, nullptr, search.most_entries, &id));
    return id;
}

int Codec::bind(const std::string& dn, const crypto::Secret& password) {
    if (password.empty()) throw std::invalid_argument("an empty password is no password");
    std::string octets(password.reveal());
    const crypto::WipeAtEnd wipe(octets);
    berval credentials{octets.size(), octets.data()};
    std::string oid(password_policy_oid);
    LDAPControl policy{oid.data(), {0, nullptr}, 0};
    LDAPControl* controls[] = {&policy, nullptr};
    int id = 0;
    check(ldap_sasl_bind(ldap_->handle(), dn.c_str(), LDAP_SASL_SIMPLE, &credentials, controls,
                         nullptr, &id));
    return id;
}

int Codec::bind_external() {
    std::string none;
    berval nobody_else{0, none.data()};
    int id = 0;
    check(ldap_sasl_bind(ldap_->handle(), "", "EXTERNAL", &nobody_else, nullptr, nullptr, &id));
    return id;
}

int Codec::start_tls() {
    int id = 0;
    check(ldap_extended_operation(ldap_->handle(), LDAP_EXOP_START_TLS, nullptr, nullptr, nullptr,
                                  &id));
    return id;
}

int Codec::who_am_i() {
    int id = 0;
    check(ldap_extended_operation(ldap_->handle(), LDAP_EXOP_WHO_AM_I, nullptr, nullptr, nullptr,
                                  &id));
    return id;
}

void Codec::abandon(int id) {
    ldap_abandon_ext(ldap_->handle(), id, nullptr, nullptr);
}

std::string Codec::take_output() {
    return std::exchange(ldap_->output, {});
}

void Codec::feed(std::string_view octets) {
    unanswered_octets_ += octets.size();
    if (unanswered_octets_ > most_octets) throw ProtocolError("an answer of more than 16 MiB");
    ldap_->input.append(octets);
}

std::optional<Message> Codec::next() {
    const auto received = receive(*ldap_, LDAP_MSG_ALL);
    if (!received) return std::nullopt;
    unanswered_octets_ = ldap_->input.size();
    return read_message(ldap_->handle(), received.get());
}

std::optional<Part> Codec::next_part() {
    const auto received = receive(*ldap_, LDAP_MSG_ONE);
    if (!received) return std::nullopt;
    unanswered_octets_ = ldap_->input.size();
    return read_part(ldap_->handle(), received.get());
}

bool Codec::has_unread() const {
    return !ldap_->input.empty();
}

}  // namespace postern::ldap
