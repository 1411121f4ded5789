#include "ldap/message_reader.hpp"

#include <cstring>
#include <new>

#include "ldap/diagnostic.hpp"
#include "ldap/password_policy.hpp"

// Exported by libldap, and declared in a header that is not installed.
extern "C" BerElement* ldap_get_message_ber(LDAPMessage* message);

namespace postern::ldap {

namespace {
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

// The notice of disconnection (RFC 4511 4.4.1) is the only message that nobody asked for.
Answer answer_of(LDAP* ldap, LDAPMessage* part, Controls& controls) {
    Answer answer;
    char* diagnostic = nullptr;
    int code = LDAP_OTHER;
    const int status =
        ldap_parse_result(ldap, part, &code, nullptr, &diagnostic, nullptr, &controls.list, 0);
    answer.diagnostic = taken(diagnostic);
    if (status != LDAP_SUCCESS) throw ProtocolError("an answer that cannot be read");
    answer.code = code;
    answer.policy = policy_of(controls.list);
    if (ldap_msgtype(part) == LDAP_RES_EXTENDED && ldap_msgid(part) == 0)
        throw ProtocolError("the server disconnects: " + presentable(answer.diagnostic));
    return answer;
}

void read_result(LDAP* ldap, LDAPMessage* part, Message& message) {
    Controls controls;
    message.answer = answer_of(ldap, part, controls);
    message.page_cookie = page_cookie_of(ldap, controls.list);
    if (ldap_msgtype(part) == LDAP_RES_EXTENDED) message.value = extended_value_of(part);
}

// What the server says by a control that we may not overhear; nullopt: it says nothing.
template <class Parse>
auto read_control(LDAPControl** controls, const char* oid, Parse parse)
    -> decltype(parse(std::string_view())) {
    const auto* const control = ldap_control_find(oid, controls, nullptr);
    if (control == nullptr) return std::nullopt;
    auto value = parse(octets_of(control->ldctl_value));
    if (!value) throw ProtocolError("a control of synchronization that cannot be read");
    return value;
}

std::optional<SyncState> sync_state_of(LDAP* ldap, LDAPMessage* entry) {
    Controls controls;
    if (ldap_get_entry_controls(ldap, entry, &controls.list) != LDAP_SUCCESS)
        throw ProtocolError("an entry whose controls cannot be read");
    return read_control(controls.list, sync_oid::state, parse_sync_state);
}

std::optional<SyncInfo> sync_info_of(LDAP* ldap, LDAPMessage* part) {
    char* name = nullptr;
    berval* value = nullptr;
    const int status = ldap_parse_intermediate(ldap, part, &name, &value, nullptr, 0);
    const auto oid = taken(name);
    const std::unique_ptr<berval, decltype(&ber_bvfree)> owner(value, ber_bvfree);
    if (status != LDAP_SUCCESS) throw ProtocolError("a message that cannot be read");
    if (oid != sync_oid::info) return std::nullopt;
    auto info = parse_sync_info(value != nullptr ? octets_of(*value) : std::string_view());
    if (!info) throw ProtocolError("a message of synchronization that cannot be read");
    return info;
}

}  // namespace

LdapMessage receive(DetachedLdap& ldap, int how_much) {
    LDAPMessage* found = nullptr;
    int type = 0;
    // It stops behind an answer that nobody waits for, also when the next one is there already.
    for (auto left = std::string::npos; type == 0 && ldap.input.size() < left;) {
        left = ldap.input.size();
        timeval at_once{0, 0};
        type = ldap_result(ldap.handle(), LDAP_RES_ANY, how_much, &at_once, &found);
    }
    if (type < 0) {
        int error = LDAP_OTHER;
        ldap_get_option(ldap.handle(), LDAP_OPT_RESULT_CODE, &error);
        throw ProtocolError(std::string("what came is no LDAP: ") + ldap_err2string(error));
    }
    return {found, ldap_msgfree};
}

Message read_message(LDAP* ldap, LDAPMessage* whole) {
    Message message;
    message.id = ldap_msgid(whole);
    for (auto* part = ldap_first_message(ldap, whole); part != nullptr;
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

Part read_part(LDAP* ldap, LDAPMessage* one) {
    Part part;
    part.id = ldap_msgid(one);
    switch (ldap_msgtype(one)) {
        case LDAP_RES_SEARCH_ENTRY:
            // In this order: libldap ends the last value with a NUL, where the controls begin.
            part.state = sync_state_of(ldap, one);
            part.entry = entry_of(ldap, one);
            break;
        case LDAP_RES_INTERMEDIATE:
            part.info = sync_info_of(ldap, one);
            break;
        case LDAP_RES_SEARCH_REFERENCE:
            break;
        default: {
            Controls controls;
            part.end = answer_of(ldap, one, controls);
            part.sync_cookie =
                read_control(controls.list, sync_oid::done, parse_sync_done).value_or("");
        }
    }
    return part;
}

}  // namespace postern::ldap
