#include "config/older_dialects.hpp"

#include <array>
#include <string_view>

namespace postern::config {
namespace {

constexpr std::array<std::string_view, 15> comparators{
    "eq",        "equal-to",      "ne",      "not-equal-to", "starts-with", "not-starts-with",
    "ends-with", "not-ends-with", "in-list", "not-in-list",  "matches",     "not-matches",
    "any-of",    "all-of",        "none-of"};

}  // namespace

std::optional<OlderDialect> comparator_form(const Table& block) {
    for (const auto comparator : comparators)
        if (block.entries.contains(comparator))
            return OlderDialect{"the older comparator form is not supported yet",
                                "write if = \"listener == 'smtp'\""};
    return std::nullopt;
}

std::optional<OlderDialect> json_form(const Table& table) {
    if (!table.entries.contains("match")) return std::nullopt;
    return OlderDialect{"the JSON form of expressions is not supported yet",
                        "write [ { if = \"...\", then = ... }, { else = ... } ]"};
}

}  // namespace postern::config
