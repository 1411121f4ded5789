#include "postgresql/sqlstate.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::postgresql {

namespace {

using identity::Scope;

struct Rule {
    std::string_view beginning;  // the longest that fits counts
    Trouble trouble;
};

constexpr Trouble odd{Scope::question, true, false, false};
constexpr Trouble slow{Scope::question, false, false, false};
constexpr Trouble unlucky{Scope::question, false, false, true};
constexpr Trouble down{Scope::directory, false, false, false};
constexpr Trouble gone{Scope::directory, false, true, true};
constexpr Trouble wrong_settings{Scope::directory, true, false, false};

constexpr Rule rules[] = {
    {"", odd},                                     // nobody has foreseen it here
    {"08", gone},                                  // connection exception
    {"0A", {Scope::directory, true, true, true}},  // "cached plan must not change result type": a
                                                   // table was altered, and is prepared anew
    {"21", odd},                                   // a subquery with two rows where one was meant
    {"22", odd},                                   // this value does not fit: too long, no number
    {"23", odd},                                   // integrity constraint
    {"25", wrong_settings},                        // 25006: read only
    {"26", gone},            // the prepared statement is not there: a pooler between us
    {"28", wrong_settings},  // invalid authorization
    {"3D", wrong_settings},  // no such database
    {"3F", wrong_settings},  // no such schema
    {"40", unlucky},         // deadlock, serialization, conflict with recovery
    {"42", wrong_settings},  // syntax, names, rights
    {"53", down},            // out of connections, memory, disk
    {"54", odd},             // program limit
    {"55", slow},            // 55P03: somebody holds a lock
    {"57", gone},            // shut down, crashed, starting
    {"57014", slow},         // statement_timeout: this query was slow
    {"58", down},            // its disk
    {"F0", wrong_settings},  // its settings
    {"P0", odd},             // RAISE in a function
    {"XX", down},            // corrupted, or a bug
};

struct Name {
    std::string_view sqlstate, name;
};
constexpr Name names[] = {
    {"08006", "connection_failure"},     {"08P01", "protocol_violation"},
    {"0A000", "feature_not_supported"},  {"22P02", "invalid_text_representation"},
    {"25006", "read_only_transaction"},  {"26000", "invalid_statement_name"},
    {"28000", "invalid_authorization"},  {"28P01", "invalid_password"},
    {"3D000", "undefined_database"},     {"3F000", "undefined_schema"},
    {"40001", "serialization_failure"},  {"40P01", "deadlock_detected"},
    {"42501", "insufficient_privilege"}, {"42601", "syntax_error"},
    {"42703", "undefined_column"},       {"42883", "undefined_function"},
    {"42P01", "undefined_table"},        {"42P18", "indeterminate_datatype"},
    {"53200", "out_of_memory"},          {"53300", "too_many_connections"},
    {"55P03", "lock_not_available"},     {"57014", "query_canceled"},
    {"57P01", "admin_shutdown"},         {"57P02", "crash_shutdown"},
    {"57P03", "cannot_connect_now"},     {"57P05", "idle_session_timeout"},
    {"P0001", "raise_exception"},        {"XX000", "internal_error"},
};

// People type passwords into the login box.
std::string without_quoted(std::string_view message) {
    std::string result;
    bool is_quoted = false;
    for (const char octet : message) {
        if (octet == '"') is_quoted = !is_quoted;
        if (octet == '"' && is_quoted)
            result += "\"...\"";
        else if (octet != '"' && !is_quoted)
            result += octet;
    }
    return result;
}

}  // namespace

Trouble judge_sqlstate(std::string_view sqlstate) {
    const Rule* best = nullptr;
    for (const auto& rule : rules) {
        const bool fits = sqlstate.starts_with(rule.beginning);
        if (fits && (best == nullptr || rule.beginning.size() > best->beginning.size()))
            best = &rule;
    }
    return best->trouble;
}

bool refuses_us(std::string_view sqlstate) {
    return sqlstate.starts_with("28") || sqlstate.starts_with("3D") || sqlstate == "42501";
}

std::string ServerError::text() const {
    const auto name = std::ranges::find(names, sqlstate, &Name::sqlstate);
    auto code = name != std::end(names) ? fmt::format("{} ({})", name->name, sqlstate)
                                        : fmt::format("SQLSTATE {}", sqlstate);
    // What a function raises may say anything.
    if (message.empty() || sqlstate.starts_with("P0")) return code;
    const bool may_quote_values = judge_sqlstate(sqlstate).scope == Scope::question;
    return fmt::format("{}: {}", code, may_quote_values ? without_quoted(message) : message);
}

}  // namespace postern::postgresql
