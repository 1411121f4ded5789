// The older dialect, { if = "listener", ne = "smtp", then = ... }, as the same trees that
// expressions become. The texts in it are no expressions: "${0}" "${1}" "${listener}" stand in for
// values.
#pragma once

#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expr/expression.hpp"

namespace postern::expr {

enum class Comparator : std::uint8_t { equal_to, starts_with, ends_with, in_list, matches };

struct Comparison {
    std::string key;  // "listener" "remote-ip" "sender_domain": a variable, with "-" or "_"
    Comparator comparator = Comparator::equal_to;
    bool negated = false;
    std::vector<std::string> values;  // exactly one, but for in_list
};

// A mistake in it, and which of its parts it is about.
struct WrongComparison {
    std::optional<std::size_t> value;  // nullopt: the key
    std::string what, hint;
};

// Addresses are compared with addresses and networks, a list with any of its items, everything else
// as texts, octet by octet.
boost::system::result<Term, WrongComparison> compile(const Comparison& comparison,
                                                     const Context& context);

enum class Junction : std::uint8_t { all_of, any_of, none_of };

// Asked in order, as far as needed.
Term join(Junction junction, const std::vector<Term>& conditions);

// A text with "${0}" ... of Context::captures and "${key}" of the session; "${{0}}" is "${0}".
boost::system::result<Term, Error> compile_template(std::string_view text, const Context& context);

}  // namespace postern::expr

namespace postern::expr {
[[noreturn]] void throw_exception_from_error(const WrongComparison& error,
                                             const boost::source_location& where);
}
