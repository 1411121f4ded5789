#include "directory/plugin.hpp"
#include "directory/password_check.hpp"
#include "postgresql/administration.hpp"
#include "postgresql/administration_settings.hpp"
#include "postgresql/postgresql_directory.hpp"

namespace postern::postgresql {

namespace {

std::unique_ptr<directory::Directory> create(const directory::BackendContext& context,
                                             config::Section& section) {
    read_administration(section);
    auto settings = read_settings(section, context.log);
    const auto limits = directory::read_hash_limits(section, context);
    if (!settings) return nullptr;
    settings->hash_limits = limits;
    settings->hash_cost = context.hash_cost;
    return std::make_unique<PostgresqlDirectory>(context, *std::move(settings));
}

std::unique_ptr<directory::Administration> administer(config::Section& section, observe::Log& log) {
    const auto settings = administration_connection(section, log);
    if (!settings) return nullptr;
    return std::make_unique<AccountAdministration>(*settings);
}

}  // namespace

}  // namespace postern::postgresql

POSTERN_PLUGIN("postgresql", postern::postgresql::create, postern::postgresql::administer)
