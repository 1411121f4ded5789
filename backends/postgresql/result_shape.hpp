#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "postgresql/rows.hpp"

namespace postern::postgresql {

// Which column of a result is what. Columns are known by their names, whatever their order; others
// are left alone. The error is a sentence for whoever wrote the query.

// Of query.authenticate, and (without secrets) of query.lookup.
struct AccountShape {
    std::size_t name = 0;
    std::optional<std::size_t> secret, id;
    std::optional<std::size_t> status;  // "active" "disabled" "must-change" "locked"
    std::optional<std::size_t> active;  // a boolean in its place

    static boost::system::result<AccountShape, std::string> find(const Columns& columns,
                                                                 bool with_secret);
    // Of query.list: with or without secrets.
    static boost::system::result<AccountShape, std::string> find_listed(const Columns& columns);
};

// Of a query that lists one thing: its only column, or the one of several that is called so.
boost::system::result<std::size_t, std::string> find_value_column(const Columns& columns,
                                                                  std::string_view name);

}  // namespace postern::postgresql
