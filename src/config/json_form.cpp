#include "config/json_form.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <map>
#include <set>
#include <vector>

#include "config/units.hpp"

namespace postern::config {
namespace {

namespace json = boost::json;

constexpr std::size_t deepest_json = 32;

// Null stands for nothing that a setting could hold.
Value converted(const json::value& from, Place place) {
    if (const auto* text = from.if_string()) {
        Text words{std::string(*text)};
        words.is_literal = false;
        return {place, std::move(words)};
    }
    if (const auto* truth = from.if_bool()) return {place, *truth};
    if (const auto* number = from.if_int64()) return {place, *number};
    if (from.is_number()) return {place, from.to_number<double>()};
    if (const auto* items = from.if_array()) {
        Values list;
        for (const auto& item : *items)
            list.push_back(converted(item, place));
        return {place, std::move(list)};
    }
    const auto* object = from.if_object();
    if (!object) return {place, Null{}};
    auto table = std::make_shared<Table>();
    table->place = place;
    table->is_inline = true;
    for (const auto& [key, value] : *object)
        table->entries.insert_or_assign(std::string(key), Entry{place, converted(value, place)});
    return {place, std::move(table)};
}

struct Key {
    std::string name;
    std::size_t offset = 0;
};

// The library lets the last of two equal keys win, and with it a condition may be gone. `json` has
// been parsed and is good.
std::optional<Key> repeated_key(std::string_view json) {
    constexpr std::string_view blanks = " \t\r\n";
    std::vector<std::set<std::string>> objects;  // the keys of those that are open
    for (std::size_t at = 0; at < json.size(); ++at) {
        if (json[at] == '{') objects.emplace_back();
        if (json[at] == '}') objects.pop_back();
        if (json[at] != '"') continue;
        const std::size_t begin = at;
        for (++at; json[at] != '"'; ++at)
            if (json[at] == '\\') ++at;
        const auto next = json.find_first_not_of(blanks, at + 1);
        if (next == json.npos || json[next] != ':') continue;
        auto name = json::value_to<std::string>(json::parse(json.substr(begin, at + 1 - begin)));
        if (!objects.back().insert(name).second) return Key{std::move(name), begin};
    }
    return std::nullopt;
}

}  // namespace

bool looks_like_json(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r\n");
    return begin != text.npos && text[begin] == '{';
}

std::optional<Value> read_json(const Value& text, SettingReport& report) {
    const std::string& written = text.as<Text>()->written;
    json::parse_options options;
    options.max_depth = deepest_json;
    json::parser parser({}, options);
    boost::system::error_code error;
    const auto read = parser.write_some(written, error);
    const auto behind = written.find_first_not_of(" \t\r\n", read);
    if (!error && behind != written.npos) error = json::error::extra_data;
    if (error) {
        report(text, read, fmt::format("this is not JSON: {}", error.message()),
               "{\"match\": [{\"if\": \"...\", \"then\": \"...\"}], \"else\": \"...\"}");
        return std::nullopt;
    }
    if (const auto key = repeated_key(written)) {
        report(text, key->offset,
               fmt::format("the key \"{}\" stands twice in one object", key->name),
               "each key once");
        return std::nullopt;
    }
    return converted(parser.release(), text.place);
}

std::optional<std::vector<const Value*>> match_blocks(const Value& match, SettingReport& report) {
    std::vector<const Value*> blocks;
    if (const auto* list = match.as<Values>()) {
        for (const auto& each : *list)
            blocks.push_back(&each);
        return blocks;
    }
    if (!match.table()) {
        report(match.place, fmt::format("\"match\" is {}", describe(match)),
               "a list of blocks, or an object with the keys \"0\" \"1\" ..., was expected");
        return std::nullopt;
    }
    std::map<std::int64_t, const Value*> ordered;
    for (const auto& [key, entry] : match.table()->entries) {
        const auto number = whole_number(key);
        const bool is_new =
            number && *number >= 0 && ordered.try_emplace(*number, &entry.value).second;
        if (is_new) continue;
        report(entry.place, fmt::format("{} gives a block no place in \"match\"", in_quotes(key)),
               "the keys are \"0\" \"1\" \"2\" ...");
        return std::nullopt;
    }
    for (const auto& [number, block] : ordered)
        blocks.push_back(block);
    return blocks;
}

}  // namespace postern::config
