#pragma once

#include <string>

#include "e2e/directory_settings.hpp"

namespace postern::test {

inline constexpr const char* database_password = "correct horse";  // of jane in standin.sql

// A gateway whose accounts are in PostgreSQL; `lines` stand below [directory.accounts].
inline std::string database_settings(const std::string& lines) {
    return directory_settings("accounts", R"([directory.accounts]
type = "postgresql"
timeout = "2s"
)" + lines);
}

}  // namespace postern::test
