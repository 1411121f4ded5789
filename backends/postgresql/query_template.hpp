#pragma once

#include <boost/system/result.hpp>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "postgresql/sql_text.hpp"

namespace postern::postgresql {

// The values of placeholders by their names.
using Values = std::map<std::string, std::string, std::less<>>;

// A query of the settings. ":login" and its like become parameters, which travel beside the
// statement: whatever a value is, the statement stays as it was written.
class QueryTemplate {
 public:
    // `known`: what may stand behind a colon. "$1" is another spelling of the first of them, as in
    // the settings of Stalwart. Without any placeholder a query would mean the same for everybody.
    static boost::system::result<QueryTemplate, SqlError> parse(
        std::string_view text, std::span<const std::string_view> known);

    const std::string& statement() const { return statement_; }  // with $1, $2, ...
    // What $1, $2, ... stand for.
    const std::vector<std::string>& placeholders() const { return placeholders_; }
    std::vector<std::string> parameters(const Values& values) const;

    friend bool operator==(const QueryTemplate&, const QueryTemplate&) = default;

 private:
    std::string statement_;
    std::vector<std::string> placeholders_;
};

// A text[] as a parameter has it.
std::string array_of(const std::vector<std::string>& elements);

}  // namespace postern::postgresql
