#include "postgresql/result_shape.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::postgresql {

namespace {

using FindResult = boost::system::result<std::size_t, std::string>;

// OIDs of pg_type.dat; they never change.
constexpr std::uint32_t boolean = 16;
constexpr std::uint32_t first_of_extensions = 16384;  // citext, enumerations, domains over them

struct Type {
    std::uint32_t oid;
    std::string_view name;
};
constexpr Type as_text[] = {{25, "text"},     {1043, "varchar"}, {19, "name"},
                            {18, "\"char\""}, {20, "bigint"},    {21, "smallint"},
                            {23, "integer"},  {2950, "uuid"},    {705, "unknown"}};
constexpr Type others[] = {
    {boolean, "boolean"}, {17, "bytea"},       {114, "json"},          {3802, "jsonb"},
    {1009, "text[]"},     {1015, "varchar[]"}, {1042, "character(n)"}, {2278, "void"},
    {2249, "record"},     {1114, "timestamp"}, {1184, "timestamptz"},
};

bool is_text(std::uint32_t type) {
    return type >= first_of_extensions ||
           std::ranges::find(as_text, type, &Type::oid) != std::end(as_text);
}

std::string name_of(std::uint32_t type) {
    const auto* found = std::ranges::find(others, type, &Type::oid);
    return found != std::end(others) ? std::string(found->name) : fmt::format("number {}", type);
}

std::string list(const Columns& columns) {
    std::string all;
    for (const auto& column : columns)
        all += fmt::format("{}{}", all.empty() ? "" : ", ", column.name);
    return all.empty() ? "none" : all;
}

// nullopt: there is none.
boost::system::result<std::optional<std::size_t>, std::string> find(const Columns& columns,
                                                                    std::string_view name) {
    const auto count = std::ranges::count(columns, name, &Column::name);
    if (count > 1) return fmt::format("{} columns are called \"{}\"", count, name);
    if (count == 0) return std::optional<std::size_t>();
    const auto at = std::ranges::find(columns, name, &Column::name) - columns.begin();
    return std::optional(static_cast<std::size_t>(at));
}

boost::system::result<std::optional<std::size_t>, std::string> find_text(const Columns& columns,
                                                                         std::string_view name) {
    auto found = find(columns, name);
    if (!found || !*found || is_text(columns[**found].type)) return found;
    return fmt::format("the column \"{}\" is of type {}; write it as {}::text", name,
                       name_of(columns[**found].type), name);
}

FindResult find_needed(const Columns& columns, std::string_view name) {
    const auto found = find_text(columns, name);
    if (!found) return found.error();
    if (*found) return **found;
    return fmt::format("no column is called \"{0}\" (there are: {1}); \"AS {0}\" names one", name,
                       list(columns));
}

}  // namespace

boost::system::result<AccountShape, std::string> AccountShape::find(const Columns& columns,
                                                                    bool with_secret) {
    AccountShape shape;
    const auto name = find_needed(columns, "name");
    if (!name) return name.error();
    shape.name = *name;
    if (with_secret) {
        const auto secret = find_needed(columns, "secret");
        if (!secret) return secret.error();
        shape.secret = *secret;
        const auto id = find_text(columns, "id");
        if (!id) return id.error();
        shape.id = *id;
    }
    const auto status = find_text(columns, "status");
    if (!status) return status.error();
    shape.status = *status;
    const auto active = postgresql::find(columns, "active");
    if (!active) return active.error();
    shape.active = *active;
    if (shape.active && columns[*shape.active].type != boolean)
        return std::string("the column \"active\" is no boolean");
    if (shape.active && shape.status)
        return std::string("\"status\" and \"active\" both say whether an account is open");
    return shape;
}

boost::system::result<AccountShape, std::string> AccountShape::find_listed(const Columns& columns) {
    return find(columns, std::ranges::count(columns, "secret", &Column::name) > 0);
}

FindResult find_value_column(const Columns& columns, std::string_view name) {
    if (columns.size() != 1) return find_needed(columns, name);
    if (is_text(columns.front().type)) return std::size_t{0};
    return fmt::format("the column \"{}\" is of type {}; write it as ::text", columns.front().name,
                       name_of(columns.front().type));
}

}  // namespace postern::postgresql
