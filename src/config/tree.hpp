// The settings as they were written: our own small tree, so that toml++ stays in one file. Every
// value and key knows its place, every text both what was written and what stands in for its
// %{...}%, and every table which keys somebody asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "crypto/secret.hpp"

namespace postern::config {

struct Place {
    std::size_t file = 0;           // into Source::files
    unsigned line = 0, column = 0;  // from 1, in characters; 0: the file as a whole

    bool operator==(const Place&) const = default;
};

struct Text {
    std::string written;
    bool has_macro = false;                       // some %{...}% stands in it
    std::optional<crypto::Secret> replaced = {};  // with every %{...}% replaced
    std::string failure = {};                     // why that could not be done
    bool is_literal = true;                       // it stands in the file, in quotes of its own

    std::string_view value() const { return replaced ? replaced->reveal() : written; }
};

struct Date {};  // TOML has dates and times, no setting does
struct Null {};  // JSON has it

struct Table;
struct Value;
using Values = std::vector<Value>;

struct Value {
    Place place;
    std::variant<bool, std::int64_t, double, Text, Date, Null, Values, std::shared_ptr<Table>>
        content;

    template <class T>
    T* as() {
        return std::get_if<T>(&content);
    }
    template <class T>
    const T* as() const {
        return std::get_if<T>(&content);
    }
    Table* table() const;
    bool is_list_of_tables() const;
};

struct Entry {
    Place place;  // of the key
    Value value;
    bool read = false;
};

struct Table {
    Place place;             // of its header, or of its "{"
    bool is_inline = false;  // { a = 1 }
    bool opened = false;     // as a Section, so that its unknown keys matter
    std::map<std::string, Entry, std::less<>> entries = {};
    std::set<std::string, std::less<>> asked = {};
};

// "the text "abc"", "the number 5", "a list": for messages. Texts as written, cut when they are
// long.
std::string describe(const Value& value);
// The same without what is in it: for secrets.
std::string describe_type(const Value& value);
// In double quotes, as written, cut when it is long.
std::string in_quotes(std::string_view text);
// `name.key`, with quotes where TOML needs them.
std::string dotted(std::string_view name, std::string_view key);

}  // namespace postern::config
