#include "config/toml_reader.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <exception>
#include <optional>

#include "config/toml_limits.hpp"

// Debian's libtomlplusplus is built without assertions. Compiled by clang from the headers alone,
// it would turn them into assumptions, and hostile input breaks some of them ("a = [ }").

namespace postern::config {
namespace {

Place place_of(const toml::source_region& region, std::size_t file) {
    return {file, region.begin.line, region.begin.column};
}

class Conversion {
 public:
    explicit Conversion(std::size_t file) : file_(file) {}

    std::shared_ptr<Table> table(const toml::table& from) const {
        auto result = std::make_shared<Table>();
        result->place = place_of(from.source(), file_);
        result->is_inline = from.is_inline();
        for (const auto& [key, node] : from) {
            const Place place = place_of(key.source(), file_);
            result->entries.emplace(std::string(key.str()), Entry{place, value(node)});
        }
        return result;
    }

 private:
    Value value(const toml::node& from) const {
        const Place place = place_of(from.source(), file_);
        if (const auto* text = from.as_string()) return {place, Text{text->get()}};
        if (const auto* truth = from.as_boolean()) return {place, truth->get()};
        if (const auto* number = from.as_integer()) return {place, number->get()};
        if (const auto* number = from.as_floating_point()) return {place, number->get()};
        if (const auto* items = from.as_table()) return {place, table(*items)};
        if (const auto* items = from.as_array()) return {place, list(*items)};
        return {place, Date{}};
    }

    Values list(const toml::array& from) const {
        Values result;
        for (const auto& item : from)
            result.push_back(value(item));
        return result;
    }

    std::size_t file_;
};

// A key that is set twice in one file ends the parse. What was read before it tells where it was
// set first.
class SetTwice {
 public:
    SetTwice(std::string_view content, const toml::parse_error& error)
        : error_(error),
          before_(content.substr(0, begin_of_line(content, error.source().begin.line))),
          line_(content.substr(before_.size(),
                               content.find('\n', before_.size()) - before_.size())) {}

    std::optional<toml::source_position> first() const {
        const auto key = quoted_key();
        if (!key) return std::nullopt;
        const toml::table root = toml::parse(before_);
        const toml::table* table = is_header() ? &root : &last_table(root);
        auto rest = *key;
        while (true) {
            const auto dot = rest.find('.');
            const auto entry = table->find(trimmed(rest.substr(0, dot)));
            if (entry == table->end()) return std::nullopt;
            if (dot == rest.npos) return entry->first.source().begin;
            rest.remove_prefix(dot + 1);
            table = entry->second.as_table();
            if (!table) return std::nullopt;
        }
    }

    // The key itself, where toml++ points behind its "=".
    Place second(std::size_t file) const {
        Place place = place_of(error_.source(), file);
        const auto key = is_header() ? std::nullopt : quoted_key();
        const auto at = key ? line_.substr(0, place.column).rfind(*key) : line_.npos;
        if (at != line_.npos)
            place.column =
                1 + static_cast<unsigned>(std::count_if(
                        line_.begin(), line_.begin() + static_cast<std::ptrdiff_t>(at),
                        [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
        return place;
    }

    std::string name() const { return std::string(trimmed(quoted_key().value_or("this key"))); }

 private:
    static std::size_t begin_of_line(std::string_view content, unsigned line) {
        std::size_t begin = 0;
        while (--line > 0 && begin < content.size())
            begin = content.find('\n', begin) + 1;
        return begin;
    }

    static std::string_view trimmed(std::string_view key) {
        const auto begin = key.find_first_not_of(" \t\"'");
        if (begin == key.npos) return {};
        return key.substr(begin, key.find_last_not_of(" \t\"'") - begin + 1);
    }

    bool is_header() const {
        return error_.description().find("table header") != std::string_view::npos;
    }

    std::optional<std::string_view> quoted_key() const {
        const auto description = error_.description();
        const auto begin = description.find('\'');
        const auto end = description.find(is_header() ? "' as " : "'", begin + 1);
        if (begin == description.npos) return std::nullopt;
        const auto close = end == description.npos ? description.rfind('\'') : end;
        return description.substr(begin + 1, close - begin - 1);
    }

    // The table whose header stands last: the one that the next key goes to.
    static const toml::table& last_table(const toml::table& root) {
        const toml::table* last = &root;
        const auto look = [&](const auto& self, const toml::table& table) -> void {
            if (table.is_inline()) return;
            if (last->source().begin <= table.source().begin) last = &table;
            for (const auto& [key, node] : table) {
                const bool by_dotted_key = node.source().begin == key.source().begin;
                if (by_dotted_key) continue;
                if (const auto* inner = node.as_table()) self(self, *inner);
                if (const auto* list = node.as_array())
                    for (const auto& item : *list)
                        if (const auto* each = item.as_table()) self(self, *each);
            }
        };
        look(look, root);
        return *last;
    }

    const toml::parse_error& error_;
    std::string_view before_, line_;
};

// toml++ says "Error while parsing <part>: <what>".
void report_syntax(Source& source, Place place, std::string_view description) {
    if (description.find("could not determine value type") != description.npos)
        return source.report(place, "this is no value", "texts stand in quotes");
    if (description.find("control characters") != description.npos)
        return source.report(
            place, "a text without its closing quote on this line, or a control character in one",
            "this is not TOML");
    const auto colon = description.find(": ");
    const auto what = colon == description.npos ? description : description.substr(colon + 2);
    source.report(place, std::string(what), "this is not TOML");
}

void report_error(Source& source, std::size_t file, const toml::parse_error& error) {
    const std::string description(error.description());
    if (description.find("cannot redefine existing") == std::string::npos) {
        report_syntax(source, place_of(error.source(), file), description);
        return;
    }
    const SetTwice twice(source.files[file].content, error);
    const auto first = twice.first();
    source.report(twice.second(file), fmt::format("{} is set twice", in_quotes(twice.name())),
                  first ? fmt::format("the first is at {}",
                                      source.name_of({file, first->line, first->column}))
                        : "write it once");
}

}  // namespace

std::shared_ptr<Table> read_toml(Source& source, std::size_t file) {
    const std::string& content = source.files[file].content;
    if (const auto excess = find_excess(content)) {
        if (excess->outside_ascii) {
            source.report({file, excess->line, excess->column},
                          "this character stands outside of quotes", "this is not TOML");
            return nullptr;
        }
        source.report({file, excess->line, excess->column},
                      "the settings are nested too deeply here",
                      fmt::format("at most {} brackets inside each other and {} parts in a key",
                                  deepest_nesting, most_key_parts));
        return nullptr;
    }
    try {
        return Conversion(file).table(toml::parse(content));
    } catch (const toml::parse_error& error) {
        try {
            report_error(source, file, error);
        } catch (const std::exception&) {  // the part before the mistake would not parse alone
            report_syntax(source, place_of(error.source(), file), error.description());
        }
    } catch (const std::exception& error) {
        source.report({file, 1, 1}, fmt::format("this cannot be read: {}", error.what()), "");
    }
    return nullptr;
}

}  // namespace postern::config
