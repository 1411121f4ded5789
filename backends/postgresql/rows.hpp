#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace postern::postgresql {

// The result of a query as values: libpq's own is gone by then.
struct Column {
    std::string name;
    std::uint32_t type = 0;  // its OID in pg_type

    friend bool operator==(const Column&, const Column&) = default;
};
using Columns = std::vector<Column>;
using Row = std::vector<std::optional<std::string>>;  // nullopt: NULL

struct Rows {
    Columns columns;
    std::vector<Row> rows;
};

}  // namespace postern::postgresql
