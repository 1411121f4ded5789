#include "expr/pattern.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string>

namespace postern::expr {
namespace {

// Octets that one compiled regular expression may take.
constexpr std::int64_t largest_pattern = 1 << 20;

}  // namespace

boost::system::result<std::shared_ptr<const RE2>, Error> compile_pattern(std::string_view text,
                                                                         std::size_t offset) {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(largest_pattern);
    auto pattern = std::make_shared<const RE2>(std::string(text), options);
    if (pattern->ok()) return pattern;
    return Error{offset, fmt::format("the regular expression is wrong: {}", pattern->error()),
                 "its syntax is that of RE2"};
}

std::optional<std::size_t> capture_number(std::string_view digits) {
    std::size_t number = 0;
    const char* const end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, number);
    if (digits.empty() || error != std::errc() || rest != end) return std::nullopt;
    return number;
}

std::optional<Error> unmatched(std::size_t number, std::size_t captures, std::size_t offset,
                               std::string_view written) {
    if (number < captures) return std::nullopt;
    if (captures == 0)
        return Error{offset,
                     fmt::format("nothing has been matched that {} could stand for", written),
                     "the condition of this block has to match something first"};
    return Error{offset, fmt::format("{} is one too many", written),
                 fmt::format("the last that was captured is ${}", captures - 1)};
}

}  // namespace postern::expr
