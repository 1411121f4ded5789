#include "ldap/dn_template.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "address/domain.hpp"
#include "address/unicode.hpp"
#include "ldap/dn.hpp"
#include "ldap/escape.hpp"
#include "smtp/ascii.hpp"

namespace postern::ldap {

namespace {

constexpr std::string_view placeholders[] = {"username", "local", "domain"};
constexpr const char* hint =
    "uid={local},ou=people,dc=example,dc=org; for Active Directory also "
    "{username}@corp.example, CORP\\{username} or {username}";

// The template with each synonym as what it stands for.
std::string canonical(const TemplateText& text) {
    std::string all;
    for (const auto& piece : text.pieces())
        all += piece.is_placeholder ? fmt::format("{{{}}}", piece.text) : piece.text;
    return all;
}

// "CORP", and Active Directory takes the domain's DNS name in its place.
bool is_netbios_name(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char octet) {
        return smtp::is_alphanumeric(octet) || octet == '-' || octet == '_' || octet == '.';
    });
}

// {domain} goes with {local} only: a login that has a domain is no name to put beside it.
bool is_separated_name(std::string_view text) {
    if (text == "{local}@{domain}" || text == "{domain}\\{local}") return true;
    for (const std::string_view user : {"{username}", "{local}"}) {
        if (text.starts_with(user) && text.substr(user.size()).starts_with('@'))
            return address::normalize_domain(text.substr(user.size() + 1)).has_value();
        if (text.ends_with(user) && text.substr(0, text.size() - user.size()).ends_with('\\'))
            return is_netbios_name(text.substr(0, text.size() - user.size() - 1));
    }
    return false;
}

// What may stand in a sAMAccountName, and does not make another kind of name of it: with a "\" it
// would be one of another domain, with "/" a canonical name, with "=" a DN, with braces a GUID.
bool is_plain_name(std::string_view value) {
    constexpr std::string_view never = "\"[]:;|=+*?<>/\\,{}";
    return address::is_text(value) && !value.starts_with(' ') && !value.ends_with(' ') &&
           value.find_first_of(never) == std::string_view::npos;
}

bool has_at_most_one_at_inside(std::string_view value) {
    return !value.starts_with('@') && !value.ends_with('@') && std::ranges::count(value, '@') <= 1;
}

std::vector<std::string_view> values_of(const DistinguishedName& dn) {
    std::vector<std::string_view> values;
    for (const auto& relative_name : dn)
        for (const auto& part : relative_name)
            if (!part.is_hexadecimal) values.push_back(part.written);
    return values;
}

std::string as_it_is(std::string_view value) {
    return std::string(value);
}

}  // namespace

boost::system::result<DnTemplate, TemplateError> DnTemplate::parse(std::string_view text) {
    auto parsed = TemplateText::parse(text, placeholders);
    if (!parsed) return parsed.error();

    const auto name = canonical(*parsed);
    if (name == "{username}" || name == "{local}")
        return DnTemplate(std::move(*parsed), Kind::bare_login);
    if (is_separated_name(name)) return DnTemplate(std::move(*parsed), Kind::separated_name);

    const auto sample = parsed->sample();
    const auto dn = parse_dn(sample.text);
    if (!dn) {
        const auto offset = parsed->origin(sample, dn.error().offset);
        return TemplateError{fmt::format("no DN (RFC 4514): expected {}", dn.error().expected),
                             hint, offset};
    }
    if (const auto offset = parsed->first_outside(sample, values_of(*dn)))
        return TemplateError{"a placeholder outside of a DN's values", hint, *offset};
    return DnTemplate(std::move(*parsed), Kind::dn);
}

std::optional<std::string> DnTemplate::fill(const Values& values) const {
    if (is_dn()) return text_.fill(values, escape_dn_value);
    for (const auto& [placeholder, value] : values) {
        if (!uses(placeholder)) continue;
        const bool may_have_at = kind_ == Kind::bare_login && placeholder == "username";
        const bool is_good =
            may_have_at ? has_at_most_one_at_inside(value) : value.find('@') == std::string::npos;
        if (!is_good || !is_plain_name(value)) return std::nullopt;
    }
    return text_.fill(values, as_it_is);
}

}  // namespace postern::ldap
