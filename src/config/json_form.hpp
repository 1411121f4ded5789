// Expressions as JSON: {"match": [{"if": "...", "then": "..."}], "else": "..."}.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "config/setting_report.hpp"
#include "config/tree.hpp"

namespace postern::config {

// No expression begins with a brace.
bool looks_like_json(std::string_view text);

// The text as the table that TOML would have made of it; every part of it stands where the text
// does. nullopt and a finding when it is no JSON object.
std::optional<Value> read_json(const Value& text, SettingReport& report);

// The blocks of `match`: a list, or an object whose keys "0" "1" ... give their order. nullopt and
// a finding when it is neither.
std::optional<std::vector<const Value*>> match_blocks(const Value& match, SettingReport& report);

}  // namespace postern::config
