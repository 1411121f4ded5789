#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postern::cli {

// One key of the annotated settings (config/postern.toml), which are part of the program.
struct DescribedSetting {
    std::string
        table;        // "session.auth"; "next-hop.mta": the last word is a name of the reader's own
    std::string key;  // "errors.total"
    std::string value;    // the default; an example where it has none
    std::string meaning;  // what is said beside it; empty: what is said above tells
};

std::vector<DescribedSetting> describe_settings(std::string_view annotated);

// That file.
std::string_view annotated_settings();

// All of them as tables in Markdown, one for each table of the settings.
std::string settings_page(const std::vector<DescribedSetting>& settings);

}  // namespace postern::cli
