// Environment variables and files of a test's own.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/section.hpp"

namespace postern::config {

class ScriptedEnvironment final : public Document::Environment {
 public:
    std::map<std::string, std::string> variables, files;

    std::optional<std::string> variable(const std::string& name) const override {
        return find(variables, name);
    }
    std::optional<std::string> file(const std::string& path, std::string& why) const override {
        why = "it is not there";
        return find(files, path);
    }

 private:
    static std::optional<std::string> find(const std::map<std::string, std::string>& in,
                                           const std::string& name) {
        const auto found = in.find(name);
        return found == in.end() ? std::nullopt : std::optional(found->second);
    }
};

inline std::string all_problems(const Document& document) {
    std::string result;
    for (const auto& problem : document.problems())
        result += problem.text() + "\n";
    return result;
}

}  // namespace postern::config
