#include "postgresql/result.hpp"

#include <libpq-fe.h>

#include <span>

#include "crypto/secret.hpp"

namespace postern::postgresql {

namespace {

std::size_t length_of(const pg_result* result, int row, int column) {
    return static_cast<std::size_t>(PQgetlength(result, row, column));
}

std::string field(const Result& result, int code) {
    const char* const text = PQresultErrorField(result.get(), code);
    return text != nullptr ? text : "";
}

}  // namespace

// A result is its own memory, and PQgetvalue points into it. What libpq keeps for itself, the
// buffer that it reads the wire into, is out of reach: octets of hashes stay there until others
// overwrite them or the connection ends.
void ResultEnd::operator()(pg_result* result) const {
    for (int row = 0; row < PQntuples(result); ++row)
        for (int column = 0; column < PQnfields(result); ++column)
            crypto::wipe(
                std::span<char>(PQgetvalue(result, row, column), length_of(result, row, column)));
    PQclear(result);
}

ResultKind kind_of(const Result& result) {
    switch (PQresultStatus(result.get())) {
        case PGRES_TUPLES_OK:
        case PGRES_COMMAND_OK:
            return ResultKind::rows;
        case PGRES_FATAL_ERROR:
        case PGRES_EMPTY_QUERY:
            return ResultKind::error;
        case PGRES_PIPELINE_ABORTED:
            return ResultKind::skipped;
        case PGRES_PIPELINE_SYNC:
            return ResultKind::end_of_batch;
        default:
            return ResultKind::surprise;
    }
}

Rows rows_of(const Result& result) {
    Rows rows;
    const auto* const from = result.get();
    const int width = PQnfields(from), height = PQntuples(from);
    for (int column = 0; column < width; ++column)
        rows.columns.push_back({PQfname(from, column), PQftype(from, column)});
    rows.rows.resize(static_cast<std::size_t>(height));
    for (int row = 0; row < height; ++row) {
        auto& into = rows.rows[static_cast<std::size_t>(row)];
        for (int column = 0; column < width; ++column) {
            auto& value = into.emplace_back();
            if (PQgetisnull(from, row, column) == 0)
                value.emplace(PQgetvalue(from, row, column), length_of(from, row, column));
        }
    }
    return rows;
}

ServerError error_of(const Result& result) {
    return {field(result, PG_DIAG_SQLSTATE), field(result, PG_DIAG_MESSAGE_PRIMARY)};
}

}  // namespace postern::postgresql
