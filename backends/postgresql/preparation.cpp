#include "postgresql/preparation.hpp"

#include <fmt/format.h>

#include "postgresql/sqlstate.hpp"
#include "postgresql/statements.hpp"

namespace postern::postgresql {

std::string Objection::text() const {
    return fmt::format("query.{}: {}", key, why);
}

net::Task<Objections> prepare_all(std::shared_ptr<Connection> connection, const Queries& queries) {
    Objections objections;
    for (const auto& statement : statements_of(queries)) {
        const auto described = co_await connection->prepare(statement.key, *statement.query);
        const auto* error = std::get_if<ServerError>(&described);
        if (error != nullptr && !judge_sqlstate(error->sqlstate).is_settings) throw Broken(*error);
        auto why =
            error != nullptr ? error->text() : statement.objection_to(std::get<Columns>(described));
        if (!why.empty()) objections.push_back({statement.key, std::move(why)});
    }
    co_return objections;
}

}  // namespace postern::postgresql
