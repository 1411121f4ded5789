#include "directory/plugin.hpp"

#include "postgresql/postgresql_directory.hpp"

namespace postern::postgresql {

namespace {

std::unique_ptr<directory::Directory> create(const directory::BackendContext& context,
                                             config::Section& section) {
    auto settings = read_settings(section, context.log);
    if (!settings) return nullptr;
    settings->hash_limits = context.hash_limits;
    return std::make_unique<PostgresqlDirectory>(context, *std::move(settings));
}

}  // namespace

}  // namespace postern::postgresql

POSTERN_PLUGIN("postgresql", postern::postgresql::create)
