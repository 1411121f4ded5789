#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "postgresql/postgresql_settings.hpp"
#include "postgresql/rows.hpp"

namespace postern::postgresql {

// A query of the settings with what is expected of its result.
struct Statement {
    std::string_view key;
    const QueryTemplate* query;
    // A sentence, or empty: columns as they should be.
    std::string objection_to(const Columns& columns) const;
};

// Those that logins ask. They point into `queries`.
std::vector<Statement> statements_of(const Queries& queries);
// With those that only an administrator asks, and that logins can do without.
std::vector<Statement> all_statements_of(const Queries& queries);

}  // namespace postern::postgresql
