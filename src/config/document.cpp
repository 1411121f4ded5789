// A Document: files read, merged into one table, and what nobody asked for.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "config/section_state.hpp"
#include "config/source.hpp"
#include "config/substitution.hpp"
#include "config/toml_reader.hpp"
#include "config/word_lists.hpp"
#include "expr/nearest.hpp"

namespace postern::config {
namespace {

constexpr std::size_t largest_file = 16 * 1024 * 1024;
constexpr std::size_t most_known_keys = 24;  // in a hint

// Empty when all went well, else why not.
std::string read_file(const std::string& path, std::string& content) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return std::strerror(errno);
    std::string failure;
    char buffer[64 * 1024];
    while (content.size() <= largest_file) {
        const auto count = ::read(descriptor, buffer, sizeof buffer);
        if (count < 0) failure = std::strerror(errno);
        if (count <= 0) break;
        content.append(buffer, static_cast<std::size_t>(count));
    }
    ::close(descriptor);
    if (content.size() > largest_file)
        failure = fmt::format("it has more than {} octets", largest_file);
    return failure;
}

bool extends(const Value& list, const Value& more) {
    const auto written_as_sections = [](const Value& value) {
        return value.is_list_of_tables() && !value.as<Values>()->front().table()->is_inline;
    };
    return written_as_sections(list) && written_as_sections(more);
}

// Tables grow, lists of [[sections]] get longer; everything else can be set once.
void merge(Source& source, Table& into, Table& from, const std::string& name) {
    for (auto& [key, entry] : from.entries) {
        auto [known, added] = into.entries.try_emplace(key);
        if (added) {
            known->second = std::move(entry);
        } else if (known->second.value.table() && entry.value.table()) {
            merge(source, *known->second.value.table(), *entry.value.table(), dotted(name, key));
        } else if (extends(known->second.value, entry.value)) {
            auto& list = *known->second.value.as<Values>();
            for (auto& item : *entry.value.as<Values>())
                list.push_back(std::move(item));
        } else {
            source.report(entry.place, dotted(name, key) + " is set twice",
                          "the first is at " + source.name_of(known->second.place));
        }
    }
}

void add_file(Source& source, const Document::Environment& environment) {
    const auto table = read_toml(source, source.files.size() - 1);
    if (!table) {
        source.incomplete = true;
        return;
    }
    substitute(*table, environment);
    if (source.files.size() == 1)
        source.root = table;
    else
        merge(source, *source.root, *table, "");
}

std::string known_keys(const std::vector<std::string_view>& known) {
    if (known.empty()) return "no key is known here";
    const auto end =
        known.begin() + static_cast<std::ptrdiff_t>(std::min(known.size(), most_known_keys));
    return fmt::format("known here: {}{}", fmt::join(known.begin(), end, ", "),
                       end == known.end() ? "" : ", ...");
}

class UnknownKeys {
 public:
    explicit UnknownKeys(Source& source) : source_(source) {}

    void report_in(const Table& table, const std::string& name) {
        if (is_of_refused_type(table)) return;
        for (const auto& [key, entry] : table.entries) {
            if (!entry.read)
                report(table, name, key, entry);
            else
                look_below(entry.value, dotted(name, key));
        }
    }

 private:
    // What the other keys mean depends on the type. Where nobody asked for any of them, the type
    // was refused, and that is reported already.
    static bool is_of_refused_type(const Table& table) {
        return table.asked.size() == 1 &&
               (table.asked.contains("type") || table.asked.contains("protocol"));
    }

    void look_below(const Value& value, const std::string& name) {
        const auto* table = value.table();
        if (table && table->opened) report_in(*table, name);
        if (!value.is_list_of_tables()) return;
        for (const auto& item : *value.as<Values>())
            if (item.table()->opened) report_in(*item.table(), name);
    }

    void report(const Table& table, const std::string& name, const std::string& key,
                const Entry& entry) {
        const bool section = entry.value.table() || entry.value.is_list_of_tables();
        std::vector<std::string_view> known(table.asked.begin(), table.asked.end());
        std::erase(known, key);  // somebody asked whether it is there, and never for its value
        std::string hint = expr::did_you_mean(key, known);
        if (hint.empty()) hint = known_keys(known);
        source_.report(entry.place,
                       fmt::format("unknown {} {}{}", section ? "section" : "key", in_quotes(key),
                                   name.empty() ? "" : " in " + name),
                       std::move(hint));
    }

    Source& source_;
};

void add_unset_keys(const Table& table, const std::string& name, std::vector<std::string>& unset) {
    for (const auto& key : table.asked)
        if (!table.entries.contains(key)) unset.push_back(dotted(name, key));
    for (const auto& [key, entry] : table.entries)
        if (const auto* inner = entry.value.table(); inner != nullptr && inner->opened)
            add_unset_keys(*inner, dotted(name, key), unset);
}

}  // namespace

Document Document::load(const std::vector<std::string>& paths) {
    return load(paths, Environment());
}

Document Document::load(const std::vector<std::string>& paths, const Environment& environment) {
    auto source = std::make_shared<Source>();
    for (const auto& path : paths) {
        source->files.push_back({path, ""});
        const std::string failure = read_file(path, source->files.back().content);
        if (failure.empty()) {
            add_file(*source, environment);
        } else {
            source->incomplete = true;
            source->report({source->files.size() - 1, 0, 0}, "the file cannot be read: " + failure,
                           "");
        }
    }
    read_word_lists(*source, environment);
    return Document(std::move(source));
}

Document Document::parse(std::string_view content, std::string file_name) {
    return parse(content, std::move(file_name), Environment());
}

Document Document::parse(std::string_view content, std::string file_name,
                         const Environment& environment) {
    auto source = std::make_shared<Source>();
    source->files.push_back({std::move(file_name), std::string(content)});
    if (content.size() <= largest_file) {
        add_file(*source, environment);
    } else {
        source->incomplete = true;
        source->report({0, 0, 0}, fmt::format("it has more than {} octets", largest_file), "");
    }
    read_word_lists(*source, environment);
    return Document(std::move(source));
}

Document::Document(std::shared_ptr<Source> source) : source_(std::move(source)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

bool Document::is_incomplete() const {
    return source_->incomplete;
}

Section Document::root() {
    source_->root->opened = true;
    const Place beginning{0, 1, 1};
    return Section(
        std::make_shared<Section::State>(Section::State{source_, source_->root, "", beginning}));
}

void Document::report_unknown_keys() {
    UnknownKeys(*source_).report_in(*source_->root, "");
}

std::vector<std::string> Document::unset_keys() const {
    std::vector<std::string> unset;
    add_unset_keys(*source_->root, "", unset);
    return unset;
}

std::vector<Problem> Document::problems() const {
    return source_->problems();
}

}  // namespace postern::config
