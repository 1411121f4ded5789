// Regular expressions (RE2: linear in the text, bounded in memory) and what they capture.
#pragma once

#include <re2/re2.h>

#include <boost/system/result.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "expr/expression.hpp"

namespace postern::expr {

// `offset` is where the pattern stands, for the error.
boost::system::result<std::shared_ptr<const RE2>, Error> compile_pattern(std::string_view text,
                                                                         std::size_t offset);

// The number of "$0" or "${0}" without what stands around it.
std::optional<std::size_t> capture_number(std::string_view digits);

// Why capture `number`, written as `written`, never has a value where there are `captures` of them.
std::optional<Error> unmatched(std::size_t number, std::size_t captures, std::size_t offset,
                               std::string_view written);

}  // namespace postern::expr
