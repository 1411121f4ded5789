#include "directory/plugin.hpp"

#include "ldap/ldap_directory.hpp"

namespace postern::ldap {

namespace {

std::unique_ptr<directory::Directory> create(const directory::BackendContext& context,
                                             config::Section& section) {
    auto settings = read_settings(section, context.log);
    if (!settings) return nullptr;
    Codec();  // libldap asks for the name of this machine when it is first used: not on that thread
    return std::make_unique<LdapDirectory>(context, *std::move(settings));
}

}  // namespace

}  // namespace postern::ldap

POSTERN_PLUGIN("ldap", postern::ldap::create)
