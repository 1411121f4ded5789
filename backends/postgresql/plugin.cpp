#include "directory/plugin.hpp"

#include "postgresql/administration.hpp"
#include "postgresql/administration_settings.hpp"

namespace postern::postgresql {

namespace {

std::unique_ptr<directory::Directory> create(const directory::BackendContext& context,
                                             config::Section& section) {
    ConnectionSettings::read(section, context.log);
    read_administration(section);
    section.problem("type", "a directory of type \"postgresql\" answers no questions yet", "");
    return nullptr;
}

std::unique_ptr<directory::Administration> administer(config::Section& section, observe::Log& log) {
    const auto settings = administration_connection(section, log);
    if (!settings) return nullptr;
    return std::make_unique<AccountAdministration>(*settings);
}

}  // namespace

}  // namespace postern::postgresql

POSTERN_PLUGIN("postgresql", postern::postgresql::create, postern::postgresql::administer)
