#include "postgresql/schema_migrations.hpp"

namespace postern::postgresql {

namespace {

constexpr SchemaMigration shipped[] = {
#include "postgresql/schema_migrations.inc"
};

constexpr bool are_numbered_without_gaps() {
    unsigned number = 0;
    for (const auto& each : shipped)
        if (each.number != ++number) return false;
    return true;
}
static_assert(are_numbered_without_gaps(), "migrations/ goes 0001, 0002, 0003, ...");

}  // namespace

std::span<const SchemaMigration> shipped_migrations() {
    return shipped;
}

}  // namespace postern::postgresql
