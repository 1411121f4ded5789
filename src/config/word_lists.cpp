#include "config/word_lists.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <utility>

namespace postern::config {
namespace {

constexpr std::string_view file_scheme = "file://";
constexpr std::string_view wanted =
    "a list is [\"one\", \"two\"] or \"file:///path\" of a file with one text a line";

std::string_view trimmed(std::string_view line) {
    constexpr std::string_view blank = " \t\r";
    const auto begin = line.find_first_not_of(blank);
    if (begin == line.npos) return {};
    return line.substr(begin, line.find_last_not_of(blank) - begin + 1);
}

WordList lines_of(std::string_view content) {
    WordList lines;
    while (!content.empty()) {
        const auto line = trimmed(content.substr(0, content.find('\n')));
        if (!line.empty() && line.front() != '#') lines.emplace_back(line);
        const auto end = content.find('\n');
        content.remove_prefix(end == content.npos ? content.size() : end + 1);
    }
    return lines;
}

class Reading {
 public:
    Reading(Source& source, const Document::Environment& environment)
        : source_(source), environment_(environment) {}

    void run(Table& lists) {
        for (auto& [name, entry] : lists.entries) {
            entry.read = true;
            name_ = dotted("list", name);
            source_.lists[name] = list(entry.value);
        }
    }

 private:
    // What is wrong with it is a finding; a list that is not there would be another.
    WordList list(const Value& value) {
        const auto* items = value.as<Values>();
        if (!items) {
            const auto text = word(value);
            return text && text->starts_with(file_scheme) ? file(value, *text)
                   : text                                 ? WordList{*text}
                                                          : WordList{};
        }
        WordList words;
        for (const auto& item : *items)
            if (auto text = word(item)) words.push_back(std::move(*text));
        return words;
    }

    std::optional<std::string> word(const Value& value) {
        const auto* text = value.as<Text>();
        if (!text)
            source_.report(value.place, fmt::format("{} is {}", name_, describe(value)),
                           std::string(wanted));
        else if (!text->failure.empty())
            source_.report(value.place, fmt::format("{}: {}", name_, text->failure), "");
        else
            return std::string(text->value());
        return std::nullopt;
    }

    WordList file(const Value& value, std::string_view url) {
        const std::string path(url.substr(file_scheme.size()));
        std::string why;
        if (const auto content = environment_.file(path, why)) return lines_of(*content);
        source_.report(
            value.place,
            fmt::format("{}: the file {} cannot be read: {}", name_, in_quotes(path), why),
            fmt::format("a regular file of at most {} octets",
                        Document::Environment::largest_file));
        return {};
    }

    Source& source_;
    const Document::Environment& environment_;
    std::string name_;
};

}  // namespace

void read_word_lists(Source& source, const Document::Environment& environment) {
    const auto found = source.root->entries.find("list");
    if (found == source.root->entries.end()) return;
    found->second.read = true;
    if (Table* lists = found->second.value.table())
        Reading(source, environment).run(*lists);
    else
        source.report(found->second.value.place,
                      fmt::format("list is {}", describe(found->second.value)),
                      "a section [list] was expected");
}

}  // namespace postern::config
