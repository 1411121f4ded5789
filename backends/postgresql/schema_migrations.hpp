#pragma once

#include <span>
#include <string_view>

namespace postern::postgresql {

// A file of migrations/, as it was when this program was built.
struct SchemaMigration {
    unsigned number;
    std::string_view name;      // "0001_accounts.sql"
    std::string_view checksum;  // SHA-256, hexadecimal
    std::string_view sql;
};

// In the order of their numbers: 1, 2, 3, ...
std::span<const SchemaMigration> shipped_migrations();

}  // namespace postern::postgresql
