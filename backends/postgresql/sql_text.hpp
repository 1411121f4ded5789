#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postern::postgresql {

// Where a text stops being one SQL statement, and what would be right.
struct SqlError {
    std::string what, hint;
    std::size_t offset = 0;  // in octets, from 0
};

// A statement cut where it matters to us: everything that PostgreSQL reads as one thing (a string
// in any of its spellings, a quoted name, a comment, a word, a number) lies within `other`.
struct SqlPiece {
    enum class Kind : std::uint8_t {
        other,
        placeholder,  // ":login"
        parameter,    // "$1"
    };
    Kind kind = Kind::other;
    std::string_view text;  // view into the statement
    std::size_t offset = 0;
};

// As PostgreSQL reads it with standard_conforming_strings (its default since 9.1; Postern sets it).
// Refused: what has no end, a second statement, a NUL.
boost::system::result<std::vector<SqlPiece>, SqlError> split_sql(std::string_view text);

// A name as PostgreSQL reads it octet by octet: "a ""quoted"" one".
std::string quoted_name(std::string_view name);

// Octets that may be part of an SQL word: behind one of them a "$1" would belong to the word.
bool continues_sql_word(char octet);

}  // namespace postern::postgresql
