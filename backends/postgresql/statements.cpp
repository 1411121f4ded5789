#include "postgresql/statements.hpp"

#include "postgresql/result_shape.hpp"

namespace postern::postgresql {

namespace {

template <class Found>
std::string words_of(const Found& found) {
    return found ? "" : found.error();
}

}  // namespace

std::string Statement::objection_to(const Columns& columns) const {
    if (key == "authenticate") return words_of(AccountShape::find(columns, true));
    if (key == "lookup") return words_of(AccountShape::find(columns, false));
    if (key == "list") return words_of(AccountShape::find_listed(columns));
    if (key == "login") return words_of(find_value_column(columns, "login"));
    if (key == "groups") return words_of(find_value_column(columns, "group_name"));
    const bool lists_addresses = key == "emails" || key == "on-behalf-of";
    return lists_addresses ? words_of(find_value_column(columns, "address")) : "";
}

std::vector<Statement> statements_of(const Queries& queries) {
    const std::pair<std::string_view, const std::optional<QueryTemplate>&> all[] = {
        {"login", queries.login},   {"authenticate", queries.authenticate},
        {"lookup", queries.lookup}, {"emails", queries.emails},
        {"groups", queries.groups}, {"on-behalf-of", queries.on_behalf_of},
        {"rehash", queries.rehash}, {"touch", queries.touch},
        {"adopt", queries.adopt},
    };
    std::vector<Statement> statements;
    for (const auto& [key, query] : all)
        if (query) statements.push_back({key, &*query});
    return statements;
}

std::vector<Statement> all_statements_of(const Queries& queries) {
    auto statements = statements_of(queries);
    if (queries.list) statements.push_back({"list", &*queries.list});
    return statements;
}

}  // namespace postern::postgresql
