#include "support/settings_reference.hpp"

#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>

namespace postern::test {

namespace {

// What the message about an unknown key lists.
std::vector<std::string> keys_known_in(const std::string& table,
                                       const SettingsReference::Problems& problems) {
    const std::regex listed("known here: (.*)");
    std::smatch parts;
    const auto all = problems(table + "qqqqqqqqqqqq = 1");
    for (const auto& problem : all)
        if (std::regex_search(problem, parts, listed)) break;
    if (parts.empty()) throw std::runtime_error("no keys are known in \"" + table + '"');
    std::vector<std::string> keys;
    std::istringstream words(parts[1].str());
    for (std::string key; std::getline(words >> std::ws, key, ',');)
        keys.push_back(table + key);
    return keys;
}

}  // namespace

// "| `key` | `default` | meaning |", or words where there is no default.
SettingsReference::SettingsReference(const std::string& page, const std::string& heading) {
    std::ifstream file(POSTERN_SOURCE_DIR "/docs/" + page);
    const std::regex row(R"(\| `([a-z.-]+)` \| (?:`([^`]*)`|[^|]*) \| .*)");
    bool settings = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("## ")) settings = line == "## " + heading;
        std::smatch parts;
        if (settings && std::regex_match(line, parts, row)) rows_.push_back({parts[1], parts[2]});
    }
    if (rows_.empty()) throw std::runtime_error(page + " has no such table below " + heading);
}

std::vector<std::string> SettingsReference::unread(const Problems& problems) const {
    std::vector<std::string> keys;
    for (const auto& [key, ignored] : rows_)
        for (const auto& problem : problems(key + " = \"?\""))
            if (problem.find("unknown key") != std::string::npos) keys.push_back(key);
    return keys;
}

std::vector<std::string> SettingsReference::missing(const Problems& problems,
                                                    const std::vector<std::string>& tables) const {
    std::set<std::string> shown;
    for (const auto& [key, ignored] : rows_) {
        shown.insert(key);
        for (auto dot = key.find('.'); dot != std::string::npos; dot = key.find('.', dot + 1))
            shown.insert(key.substr(0, dot));
    }
    std::vector<std::string> keys;
    for (const auto& table : tables)
        for (const auto& key : keys_known_in(table, problems))
            if (!shown.contains(key)) keys.push_back(key);  // "..." too: not all are listed
    return keys;
}

}  // namespace postern::test
