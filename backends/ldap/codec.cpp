#include "ldap/codec.hpp"

#include <ldap.h>

#include <cstring>
#include <new>

#include "ldap/detached_ldap.hpp"
#include "ldap/diagnostic.hpp"
#include "ldap/password_policy.hpp"

// Exported by libldap, and declared in a header that is not installed.
extern "C" BerElement* ldap_get_message_ber(LDAPMessage* message);

namespace postern::ldap {

namespace {

using LdapMessage = std::unique_ptr<LDAPMessage, decltype(&ldap_msgfree)>;

struct Controls {
    LDAPControl** list = nullptr;
    ~Controls() { ldap_controls_free(list); }
};

std::string_view octets_of(const berval& value) {
    return {value.bv_val, value.bv_len};
}

std::string taken(char* text) {
    const std::unique_ptr<char, decltype(&ldap_memfree)> owner(text, ldap_memfree);
    return text != nullptr ? std::string(text) : std::string();
}

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

Entry entry_of(LDAP* ldap, LDAPMessage* message) {
    Entry entry;
    char* dn = ldap_get_dn(ldap, message);
    if (dn == nullptr) throw ProtocolError("an entry without a name");
    entry.dn = taken(dn);
    BerElement* position = nullptr;
    berval name{};
    BerVarray values = nullptr;
    int status = ldap_get_dn_ber(ldap, message, &position, &name);
    const auto release = [](BerElement* element) { ber_free(element, 0); };
    const std::unique_ptr<BerElement, decltype(release)> owner(position, release);
    while (status == LDAP_SUCCESS) {
        status = ldap_get_attribute_ber(ldap, message, position, &name, &values);
        if (status != LDAP_SUCCESS || name.bv_val == nullptr) break;
        auto& list = entry.attributes[std::string(octets_of(name))];
        for (std::size_t i = 0; values != nullptr && values[i].bv_val != nullptr; ++i)
            list.emplace_back(octets_of(values[i]));
        ber_memfree(values);  // the octets belong to the message
        values = nullptr;
    }
    if (status != LDAP_SUCCESS) throw ProtocolError("an entry that cannot be read to its end");
    return entry;
}

// What cannot be read may have said that the account is locked: then nobody knows.
std::optional<PasswordPolicy> policy_of(LDAPControl* const* controls) {
    for (; controls != nullptr && *controls != nullptr; ++controls) {
        const bool is_policy = std::strcmp((*controls)->ldctl_oid, password_policy_oid) == 0;
        const auto value = octets_of((*controls)->ldctl_value);
        if (!is_policy || value.empty()) continue;
        auto policy = parse_password_policy(value);
        if (!policy) throw ProtocolError("a password policy control that cannot be read");
        return policy;
    }
    return std::nullopt;
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

// Without its cookie the rest of the entries would be lost, and nobody would know.
std::string page_cookie_of(LDAP* ldap, LDAPControl** controls) {
    auto* const page = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, nullptr);
    if (page == nullptr) return "";
    ber_int_t estimate = 0;
    berval cookie{};
    if (ldap_parse_pageresponse_control(ldap, page, &estimate, &cookie) != LDAP_SUCCESS)
        throw ProtocolError("a control of paged results that cannot be read");
    std::string octets(octets_of(cookie));
    ber_memfree(cookie.bv_val);
    return octets;
}

// RFC 4511 4.12: the responseValue, or "". libldap's own function ends the process when the
// responseName before it is empty.
std::string extended_value_of(LDAPMessage* part) {
    constexpr ber_tag_t response_value = LBER_CLASS_CONTEXT | 11;
    const auto release = [](BerElement* element) { ber_free(element, 0); };
    const std::unique_ptr<BerElement, decltype(release)> element(
        ber_dup(ldap_get_message_ber(part)), release);
    if (!element) throw std::bad_alloc();
    ber_len_t length = 0;
    berval value{};
    if (ber_scanf(element.get(), "{xxx") == LBER_ERROR)
        throw ProtocolError("an answer that cannot be read");
    for (auto tag = ber_peek_tag(element.get(), &length); tag != LBER_DEFAULT;
         tag = ber_peek_tag(element.get(), &length)) {
        if (ber_skip_element(element.get(), &value) == LBER_DEFAULT)
            throw ProtocolError("an answer that cannot be read");
        if (tag == response_value) return std::string(octets_of(value));
    }
    return "";
}

void read_result(LDAP* ldap, LDAPMessage* part, Message& message) {
    char* diagnostic = nullptr;
    Controls controls;
    int code = LDAP_OTHER;
    const int status =
        ldap_parse_result(ldap, part, &code, nullptr, &diagnostic, nullptr, &controls.list, 0);
    message.answer.diagnostic = taken(diagnostic);
    if (status != LDAP_SUCCESS) throw ProtocolError("an answer that cannot be read");
    message.answer.code = code;
    message.answer.policy = policy_of(controls.list);
    message.page_cookie = page_cookie_of(ldap, controls.list);
    if (ldap_msgtype(part) != LDAP_RES_EXTENDED) return;
    if (message.id == 0)
        throw ProtocolError("the server disconnects: " + presentable(message.answer.diagnostic));
    message.value = extended_value_of(part);
}

}  // namespace

Codec::Codec() : ldap_(std::make_unique<DetachedLdap>(most_octets)) {}
Codec::~Codec() = default;
Codec::Codec(Codec&&) noexcept = default;
Codec& Codec::operator=(Codec&&) noexcept = default;

int Codec::search(const Search& search) {
    std::vector<std::string> names = search.attributes;
    std::vector<char*> attributes;
    for (auto& name : names)
        attributes.push_back(name.data());
    attributes.push_back(nullptr);
    const int dereference = dereference_of(search.dereference);
    ldap_set_option(ldap_->handle(), LDAP_OPT_DEREF, &dereference);
    Control page(nullptr, ldap_control_free);
    if (search.page) page = control_for(ldap_->handle(), *search.page);
    LDAPControl* controls[] = {page.get(), nullptr};
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
    LDAP* ldap = ldap_->handle();
    LDAPMessage* found = nullptr;
    int type = 0;
    // It stops behind an answer that nobody waits for, also when the next one is there already.
    for (auto left = std::string::npos; type == 0 && ldap_->input.size() < left;) {
        left = ldap_->input.size();
        timeval at_once{0, 0};
        type = ldap_result(ldap, LDAP_RES_ANY, LDAP_MSG_ALL, &at_once, &found);
    }
    if (type == 0) return std::nullopt;
    if (type < 0) {
        int error = LDAP_OTHER;
        ldap_get_option(ldap, LDAP_OPT_RESULT_CODE, &error);
        throw ProtocolError(std::string("what came is no LDAP: ") + ldap_err2string(error));
    }
    const LdapMessage owner(found, ldap_msgfree);
    unanswered_octets_ = ldap_->input.size();
    Message message;
    message.id = ldap_msgid(found);
    for (auto* part = ldap_first_message(ldap, found); part != nullptr;
         part = ldap_next_message(ldap, part)) {
        const int kind = ldap_msgtype(part);
        if (kind == LDAP_RES_SEARCH_ENTRY)
            message.entries.push_back(entry_of(ldap, part));
        else if (kind == LDAP_RES_SEARCH_REFERENCE)
            ++message.references;
        else if (kind != LDAP_RES_INTERMEDIATE)
            read_result(ldap, part, message);
    }
    return message;
}

bool Codec::has_unread() const {
    return !ldap_->input.empty();
}

}  // namespace postern::ldap
