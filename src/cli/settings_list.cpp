#include "cli/settings_list.hpp"

#include <fmt/format.h>

#include <optional>

namespace postern::cli {

namespace {

constexpr std::string_view shipped =
#include "cli/annotated_settings.inc"
    ;

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// Without the "#" of what is commented out; nullopt: a sentence.
std::optional<std::string_view> statement_of(std::string_view line) {
    if (line.starts_with("# ") || line == "#" || line.empty()) return std::nullopt;
    if (line.starts_with('#')) line.remove_prefix(1);
    if (line.empty() || line.front() == '-') return std::nullopt;
    return line;
}

// Where the comment behind a value begins: at the first "#" that is in no string.
std::size_t end_of_value(std::string_view text) {
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char each = text[i];
        if (quote != 0)
            quote = each == quote ? '\0' : quote;
        else if (each == '"' || each == '\'')
            quote = each;
        else if (each == '#')
            return i;
    }
    return text.size();
}

// "[[directory.people.principals]]  # ..." -> "directory.people.principals"
std::string table_name(std::string_view line) {
    const auto first = line.find_first_not_of('[');
    return std::string(line.substr(first, line.find(']') - first));
}

// A cell is one line, and "|" its end.
std::string cell(std::string_view text) {
    std::string escaped;
    for (const char each : text) {
        if (each == '|') escaped += '\\';
        escaped += each;
    }
    return escaped;
}

}  // namespace

std::vector<DescribedSetting> describe_settings(std::string_view annotated) {
    std::vector<DescribedSetting> settings;
    std::string table;
    while (!annotated.empty()) {
        const auto end = std::min(annotated.find('\n'), annotated.size());
        const auto statement = statement_of(annotated.substr(0, end));
        annotated.remove_prefix(std::min(end + 1, annotated.size()));
        if (!statement) continue;
        if (statement->starts_with('[')) {
            table = table_name(*statement);
            continue;
        }
        const auto equals = statement->find('=');
        if (equals == statement->npos) continue;
        const auto behind = statement->substr(equals + 1);
        const auto comment = end_of_value(behind);
        settings.push_back(
            {table, std::string(trimmed(statement->substr(0, equals))),
             std::string(trimmed(behind.substr(0, comment))),
             std::string(trimmed(behind.substr(std::min(comment + 1, behind.size()))))});
    }
    return settings;
}

std::string_view annotated_settings() {
    return shipped;
}

std::string settings_page(const std::vector<DescribedSetting>& settings) {
    std::string page =
        "# Every setting\n\n"
        "As `postern check --list-settings` prints it, from the annotated settings "
        "[config/postern.toml](../config/postern.toml), which say more about them. Where a key has "
        "no default, "
        "the value is an example. (expression): a plain value, or a condition, see "
        "[expressions.md](expressions.md).\n";
    std::string_view table;
    for (const auto& each : settings) {
        if (each.table != table || page.ends_with(".\n"))
            page += fmt::format("\n## [{}]\n\n| key | default | meaning |\n|---|---|---|\n",
                                each.table);
        table = each.table;
        page +=
            fmt::format("| `{}` | `{}` | {} |\n", each.key, cell(each.value), cell(each.meaning));
    }
    return page;
}

}  // namespace postern::cli
