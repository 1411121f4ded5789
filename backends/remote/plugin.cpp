#include "directory/plugin.hpp"

#include "remote/kinds.hpp"
#include "remote/remote_directory.hpp"

// Compiled once for each type.
namespace postern::remote {

namespace {

std::unique_ptr<directory::Directory> create(const directory::BackendContext& context,
                                             config::Section& section) {
    auto settings = read_settings(section, kind_of(POSTERN_BACKEND_TYPE), context.log);
    if (!settings) return nullptr;
    return std::make_unique<RemoteDirectory>(context, *std::move(settings));
}

}  // namespace

}  // namespace postern::remote

POSTERN_PLUGIN(POSTERN_BACKEND_TYPE, postern::remote::create)
