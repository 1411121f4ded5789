#include "directory/plugin.hpp"

#include "directory/password_check.hpp"
#include "memory/memory_directory.hpp"

namespace postern::memory {

namespace {

std::unique_ptr<directory::Directory> create(const directory::BackendContext& context,
                                             config::Section& section) {
    const auto limits = directory::read_hash_limits(section, context);
    auto accounts = read_accounts(section, limits);
    return std::make_unique<MemoryDirectory>(context.hash_pool, std::move(accounts));
}

}  // namespace

}  // namespace postern::memory

POSTERN_PLUGIN("memory", postern::memory::create)
