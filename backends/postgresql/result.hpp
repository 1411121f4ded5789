#pragma once

#include <cstdint>
#include <memory>

#include "postgresql/rows.hpp"
#include "postgresql/sqlstate.hpp"

struct pg_result;  // libpq's; its header stays out of ours

namespace postern::postgresql {

struct ResultEnd {
    void operator()(pg_result* result) const;  // its values are wiped first: they may be secrets
};
using Result = std::unique_ptr<pg_result, ResultEnd>;

enum class ResultKind : std::uint8_t {
    rows,  // or a command that has none
    error,
    skipped,  // behind an error of the same batch
    end_of_batch,
    surprise,  // nothing that we have asked for
};
ResultKind kind_of(const Result& result);
Rows rows_of(const Result& result);
ServerError error_of(const Result& result);

}  // namespace postern::postgresql
