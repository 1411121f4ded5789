// config: the settings files as the rest of the program reads them. A Document is one or more TOML
// files; a Section is one table of it with typed getters that note what was read. What nobody read
// is the unknown-key error. Each component, plugins too, parses its own struct from a Section at
// start or reload; after that the program holds values, not a tree. One thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/secret.hpp"
#include "expr/expression.hpp"

namespace postern::config {

struct Source;  // the files and what was found wrong in them; private to config

// One mistake: "file:line:column: what; hint".
struct Problem {
    std::string file;
    unsigned line = 0, column = 0;
    std::string what;
    std::string hint;  // what would be right
    std::string text() const;
};

class Section {
 public:
    // The dotted name, "next-hop.mta"; empty for the root.
    const std::string& name() const;
    bool has(std::string_view key) const;  // does not count as read

    // Each getter: the value, or `fallback` when the key is missing or wrong; what is wrong becomes
    // a Problem. `required_*` records a missing key as a Problem too.
    std::string text(std::string_view key, std::string fallback = "");
    std::string required_text(std::string_view key);
    crypto::Secret secret(std::string_view key);
    bool boolean(std::string_view key, bool fallback);
    std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t least,
                         std::int64_t most);
    // "500ms" "5s" "2m" "1h" "1d"
    std::chrono::milliseconds duration(
        std::string_view key, std::chrono::milliseconds fallback,
        std::chrono::milliseconds least = std::chrono::milliseconds(0),
        std::chrono::milliseconds most = std::chrono::hours(24 * 365));
    // "10k" "50m" "1g" or octets
    std::uint64_t size(std::string_view key, std::uint64_t fallback, std::uint64_t least = 0,
                       std::uint64_t most = std::numeric_limits<std::int64_t>::max());
    // A string or an array of strings.
    std::vector<std::string> texts(std::string_view key, std::vector<std::string> fallback = {});
    std::vector<crypto::Secret> secrets(std::string_view key);

    template <class E>
    E choice(std::string_view key, std::initializer_list<std::pair<std::string_view, E>> choices,
             E fallback) {
        std::vector<std::string_view> words;
        for (const auto& each : choices)
            words.push_back(each.first);
        auto index = choice_index(key, words);
        return index ? (choices.begin() + *index)->second : fallback;
    }

    // A plain value, a text with an expression, or blocks of { if, then } with an { else }, in any
    // of their dialects (setting_expression.hpp).
    expr::Expression expression(std::string_view key, expr::Expression fallback,
                                const expr::Context& context);

    // A sub-table, empty when it is missing ("tls" of `tls.starttls = "require"`).
    Section table(std::string_view key);
    // The named tables below a table, in the order of the files: [next-hop.mta], [next-hop.drop].
    std::vector<std::pair<std::string, Section>> tables(std::string_view key);
    // An array of tables: [[directory.people.principals]].
    std::vector<Section> list(std::string_view key);

    // SHA-256, in hexadecimal, of all that stands in it but for some keys: tells whether settings
    // have changed. Does not count as read.
    std::string digest(std::span<const std::string_view> without) const;

    // Records a mistake at `key` (at the section itself when the key is missing or empty).
    void problem(std::string_view key, std::string what, std::string hint);

    Section(Section&&) noexcept;
    Section& operator=(Section&&) noexcept;
    Section(const Section&);
    Section& operator=(const Section&);
    ~Section();

 private:
    friend class Document;
    struct State;  // toml++ stays out of this header
    explicit Section(std::shared_ptr<State> state);
    std::optional<std::size_t> choice_index(std::string_view key,
                                            std::span<const std::string_view> words);
    std::shared_ptr<State> state_;
};

class Document {
 public:
    // Where %{env:NAME}%, %{file:/path}% and lists in files come from; tests give their own.
    struct Environment {
        virtual ~Environment() = default;
        virtual std::optional<std::string> variable(const std::string& name) const;
        // A regular file of at most `largest_file` octets.
        // nullopt: `why` tells.
        virtual std::optional<std::string> file(const std::string& path, std::string& why) const;
        static constexpr std::size_t largest_file = 1024 * 1024;
    };

    // Reads and merges; what cannot be read or parsed becomes Problems. A key set in two files is a
    // Problem that names both places.
    static Document load(const std::vector<std::string>& paths);
    static Document load(const std::vector<std::string>& paths, const Environment& environment);
    // One file's content, for tests and fuzzing.
    static Document parse(std::string_view content, std::string file_name);
    static Document parse(std::string_view content, std::string file_name,
                          const Environment& environment);

    Document(Document&&) noexcept;
    Document& operator=(Document&&) noexcept;
    ~Document();

    // A file could not be read or is no TOML: what seems to be missing may stand in it.
    bool is_incomplete() const;
    Section root();
    // Records every key that nobody has read, with the nearest key that somebody asked for in that
    // table.
    void report_unknown_keys();
    // In the order of the files and lines.
    std::vector<Problem> problems() const;
    // Keys that somebody asked for in tables that are there, and that are not:
    // "session.auth.require".
    std::vector<std::string> unset_keys() const;

 private:
    explicit Document(std::shared_ptr<Source> source);
    std::shared_ptr<Source> source_;
};

}  // namespace postern::config
