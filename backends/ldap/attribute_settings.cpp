#include "ldap/attribute_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "ldap/attribute_name.hpp"
#include "smtp/ascii.hpp"

namespace postern::ldap {

namespace {

using Names = std::vector<std::string>;

std::string_view without_options(std::string_view description) {
    return description.substr(0, description.find(';'));
}

bool lists(const Names& names, std::string_view name) {
    return std::ranges::any_of(
        names, [&](const auto& each) { return smtp::equal_ignoring_case(each, name); });
}

bool lists_base_of(const Names& names, std::string_view name) {
    return std::ranges::any_of(names, [&](const auto& each) {
        return smtp::equal_ignoring_case(without_options(each), without_options(name));
    });
}

void read_names(config::Section& section, std::string_view key, Names& names) {
    names = section.texts(key, names);
    std::erase_if(names, [&](const std::string& name) {
        if (is_attribute_description(name)) return false;
        section.problem(key, fmt::format("\"{}\" is no attribute's name", name),
                        "letters, digits and hyphens (RFC 4512), such as \"mail\"");
        return true;
    });
}

// Whatever is shown to expressions, logged or kept must not be a password.
void refuse_secrets(config::Section& section, std::string_view key, const Names& secrets,
                    Names& names) {
    std::erase_if(names, [&](const std::string& name) {
        if (!lists_base_of(secrets, name)) return false;
        section.problem(section.has(key) ? key : "secret",
                        fmt::format("\"{}\" is the password's attribute", name),
                        "it may stand in attributes.secret only");
        return true;
    });
}

void add(Names& all, const Names& names) {
    for (const auto& name : names)
        if (!lists(all, name)) all.push_back(name);
}

}  // namespace

AttributeSettings AttributeSettings::read(config::Section& attributes) {
    AttributeSettings settings;
    const std::pair<std::string_view, Names*> public_ones[] = {
        {"name", &settings.name},
        {"email", &settings.email},
        {"email-alias", &settings.email_alias},
        {"groups", &settings.groups},
        {"description", &settings.description},
        {"class", &settings.class_names},
        {"on-behalf-of", &settings.on_behalf_of},
        {"further", &settings.further},
        {"changed", &settings.changed},
    };
    read_names(attributes, "secret", settings.secret);
    for (const auto& [key, names] : public_ones) {
        read_names(attributes, key, *names);
        refuse_secrets(attributes, key, settings.secret, *names);
    }
    if (settings.name.empty())
        attributes.problem("name", "no attribute that names an account",
                           "name = \"uid\", or \"sAMAccountName\" of Active Directory");
    return settings;
}

std::vector<std::string> AttributeSettings::wanted() const {
    Names all;
    for (const auto* names : {&name, &email, &email_alias, &groups, &description, &class_names,
                              &on_behalf_of, &further})
        add(all, *names);
    add(all, {"objectClass", "userAccountControl", "nsAccountLock", "pwdAccountLockedTime"});
    return all;
}

std::vector<std::string> AttributeSettings::wanted_with_secret() const {
    auto all = wanted();
    add(all, secret);
    return all;
}

}  // namespace postern::ldap
