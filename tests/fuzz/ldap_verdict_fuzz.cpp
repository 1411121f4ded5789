// What servers send: result codes with words and controls, DNs, attributes in portions, entries.
// The first octet of the input says what the others are.
#include <ldap.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "address/mailbox.hpp"
#include "address/unicode.hpp"
#include "identity/login.hpp"
#include "ldap/ber.hpp"
#include "ldap/content_sync.hpp"
#include "ldap/diagnostic.hpp"
#include "ldap/dn.hpp"
#include "ldap/escape.hpp"
#include "ldap/mail_value.hpp"
#include "ldap/password_policy.hpp"
#include "ldap/principal_reader.hpp"
#include "ldap/range.hpp"
#include "ldap/verdict.hpp"

namespace {

using namespace postern;
using namespace postern::ldap;

void require(bool holds) {
    if (!holds) std::abort();
}

std::string_view take_until(std::string_view& rest, char separator) {
    const auto taken = rest.substr(0, rest.find(separator));
    rest.remove_prefix(std::min(taken.size() + 1, rest.size()));
    return taken;
}

// A result code, the length of a control and the control, words.
void check_answer(std::string_view input) {
    if (input.size() < 2) return;
    Answer answer;
    answer.code = static_cast<unsigned char>(input[0]);
    const auto size = static_cast<unsigned char>(input[1]);
    const auto control = input.substr(2, size);
    input.remove_prefix(2 + control.size());
    answer.policy = parse_password_policy(control);
    if (answer.policy && answer.policy->grace_logins) require(*answer.policy->grace_logins >= 0);
    answer.diagnostic = input;

    const auto verdict = judge_bind(answer);
    if (const auto* fault = std::get_if<identity::Unavailable>(&verdict))
        require(!fault->why.empty() && fault->why.size() < 500 && address::is_text(fault->why));
    require(answer.code == 0 || !std::holds_alternative<Proved>(verdict));
    if (const auto* reason = std::get_if<identity::Reason>(&verdict)) {
        const auto data = active_directory_code(input);
        require(*reason != identity::Reason::disabled ||
                (answer.code == 49 && (data == 0x533 || data == 0x701)));
    }
    require(judge_service_bind(answer).has_value() != std::holds_alternative<Proved>(verdict));
    require(judge_search(answer).has_value() == (answer.code != 0));
}

// libldap is the second opinion: what we call a normal DN, it reads in the same way.
void check_with_libldap(const std::string& normal) {
    const auto ours = parse_dn(normal);
    require(ours.has_value());
    LDAPDN theirs = nullptr;
    require(ldap_str2dn(normal.c_str(), &theirs, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS);
    std::size_t i = 0;
    for (; theirs[i] != nullptr; ++i) {
        std::size_t j = 0;
        for (; theirs[i][j] != nullptr; ++j) {
            const auto& value = theirs[i][j]->la_value;
            const auto& part = ours->at(i).at(j);
            require(part.is_hexadecimal ||
                    std::string_view(value.bv_val, value.bv_len) == part.value);
        }
        require(j == ours->at(i).size());
    }
    require(i == ours->size());
    ldap_dnfree(theirs);
}

void check_dn(std::string_view text) {
    const auto normal = normalize_dn(text);
    require(normal.has_value() == looks_like_dn(text));
    if (normal) {
        require(normalize_dn(*normal) == normal);
        check_with_libldap(*normal);
    } else {
        require(parse_dn(text).error().offset <= text.size());
    }
    const auto made = "uid=" + escape_dn_value(text) + ",dc=x";
    const auto dn = parse_dn(made);
    require(dn && dn->size() == 2 && dn->front().size() == 1 && dn->front()[0].value == text);
    require(first_rdn_value(made) == text);
    check_with_libldap(made);
}

void check_range(std::string_view description) {
    const auto range = parse_range(description);
    if (!range || !range->last) return;
    require(range->first <= *range->last);
    const auto next = next_range(*range);
    if (!next) return;
    const auto again = parse_range(*next);
    require(again && again->attribute == range->attribute && again->first == *range->last + 1);
}

void check_principal(const identity::Principal& principal) {
    require(identity::Login::parse(principal.name).has_value());
    for (const auto& address : principal.addresses)
        require(normalize_mailbox_or_domain(address).has_value());
    for (const auto& address : principal.on_behalf_of)
        require(address::parse_mailbox(address).has_value());
    for (const auto& group : principal.groups)
        require(!group.empty() && address::is_text(group));
    for (const auto& [name, values] : principal.attributes)
        for (const auto& value : values)
            require(address::is_text(value));
}

// Controls and messages of RFC 4533.
void check_sync(std::string_view input) {
    const auto state = parse_sync_state(input);
    require(!state || state->uuid.size() == 16);
    const auto info = parse_sync_info(input);
    if (info)
        for (const auto& uuid : info->deleted)
            require(uuid.size() == 16);
    const auto cookie = parse_sync_done(input);
    require(!cookie || cookie->size() <= input.size());
    // What we ask is what we would understand.
    const auto request = value_of({SyncRequest::Mode::refresh_only, std::string(input)});
    auto rest = std::string_view(request);
    auto content = ber::take(rest, ber::tag::sequence);
    require(content && rest.empty() && ber::take(*content, ber::tag::enumerated) == "\x01");
    if (!input.empty()) require(ber::take(*content, ber::tag::octet_string) == input);
    require(content->empty());
}

// Lines of an attribute, "=" and a value.
void check_entry(std::string_view input) {
    AttributeSettings settings;
    settings.email_alias = {"proxyAddresses"};
    settings.on_behalf_of = {"publicDelegatesBL"};
    settings.further = {"mailHost"};
    Entry entry{"uid=jane,dc=x", {}};
    while (!input.empty()) {
        auto line = take_until(input, '\n');
        const auto name = take_until(line, '=');
        entry.attributes[std::string(name)].emplace_back(line);
    }
    for (const auto names : {GroupNames::dn, GroupNames::name}) {
        const auto reading = read_principal(entry, settings, names);
        if (!reading) {
            require(!reading.error().empty() && address::is_text(reading.error()));
            continue;
        }
        check_principal(reading->principal);
        for (const auto& dn : reading->group_dns)
            require(looks_like_dn(dn));
        if (names == GroupNames::dn)
            for (const auto& group : reading->principal.groups)
                require(normalize_dn(group) == group);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
    switch (data[0]) {
        case 'a':
            check_answer(input);
            break;
        case 'd':
            check_dn(input);
            break;
        case 's':
            check_sync(input);
            break;
        case 'r':
            check_range(input);
            break;
        default:
            check_entry(input);
    }
    return 0;
}
