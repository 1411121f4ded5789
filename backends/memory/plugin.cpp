#include "directory/plugin.hpp"

#include "memory/memory_directory.hpp"

namespace postern::memory {

namespace {

std::unique_ptr<directory::Directory> create(const directory::BackendContext& context,
                                             config::Section& section) {
    auto accounts = read_accounts(section, context.hash_limits);
    return std::make_unique<MemoryDirectory>(context.hash_pool, std::move(accounts));
}

}  // namespace

}  // namespace postern::memory

POSTERN_PLUGIN("memory", postern::memory::create)
