// What a Section holds: shared by its copies.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "config/section.hpp"
#include "config/source.hpp"
#include "config/tree.hpp"

namespace postern::config {

struct Section::State {
    std::shared_ptr<Source> source;
    std::shared_ptr<Table> table;  // an empty one of its own when the section is missing
    std::string name;
    Place place;  // of the section; of the nearest one around it when it is missing

    // The entry, read from now on; nullptr when it is missing.
    Entry* ask(std::string_view key);
    // Wrong type: what was found, and what would be right.
    void report_wrong(std::string_view key, const Value& value, std::string hint);
    void report_missing(std::string_view key, std::string hint);
    // The text with everything replaced; nullopt, and a finding, when that failed or it is no text.
    std::optional<std::string_view> text(std::string_view key, const Value& value,
                                         std::string_view wanted);
    Section below(std::string_view key, std::shared_ptr<Table> inner, Place at) const;
};

}  // namespace postern::config
