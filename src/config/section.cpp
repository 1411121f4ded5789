// The typed getters of a Section.
#include "config/section.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/section_state.hpp"
#include "config/setting_expression.hpp"
#include "config/units.hpp"
#include "expr/duration.hpp"
#include "expr/nearest.hpp"

namespace postern::config {
Section::Section(std::shared_ptr<State> state) : state_(std::move(state)) {}
Section::Section(Section&&) noexcept = default;
Section& Section::operator=(Section&&) noexcept = default;
Section::Section(const Section&) = default;
Section& Section::operator=(const Section&) = default;
Section::~Section() = default;

const std::string& Section::name() const {
    return state_->name;
}

bool Section::has(std::string_view key) const {
    state_->table->asked.emplace(key);
    return state_->table->entries.contains(key);
}

std::string Section::text(std::string_view key, std::string fallback) {
    const Entry* entry = state_->ask(key);
    if (!entry) return fallback;
    const auto text = state_->text(key, entry->value, "a text in quotes was expected");
    return text ? std::string(*text) : fallback;
}

std::string Section::required_text(std::string_view key) {
    const auto hint = fmt::format("write {} = \"...\"", dotted("", key));
    const Entry* entry = state_->ask(key);
    if (!entry) {
        state_->report_missing(key, hint);
        return "";
    }
    const auto value = state_->text(key, entry->value, "a text in quotes was expected");
    if (value && value->empty())
        problem(key, fmt::format("{} is empty", dotted(name(), key)), hint);
    return std::string(value.value_or(""));
}

crypto::Secret Section::secret(std::string_view key) {
    auto all = secrets(key);
    if (all.size() > 1) {
        const Value& value = state_->ask(key)->value;
        state_->source->report(value.place, fmt::format("{} is a list", dotted(name(), key)),
                               "one text in quotes was expected");
        return {};
    }
    return all.empty() ? crypto::Secret() : std::move(all.front());
}

std::vector<crypto::Secret> Section::secrets(std::string_view key) {
    std::vector<crypto::Secret> result;
    const Entry* entry = state_->ask(key);
    if (!entry) return result;
    const auto add = [&](const Value& value) {
        if (!value
                 .as<Text>())  // a number, say, that is a password without its quotes: not repeated
            state_->source->report(
                value.place, fmt::format("{} is {}", dotted(name(), key), describe_type(value)),
                "a text in quotes was expected");
        else if (const auto text = state_->text(key, value, ""))
            result.emplace_back(*text);
    };
    if (const auto* list = entry->value.as<Values>())
        std::for_each(list->begin(), list->end(), add);
    else
        add(entry->value);
    return result;
}

bool Section::boolean(std::string_view key, bool fallback) {
    const Entry* entry = state_->ask(key);
    if (!entry) return fallback;
    if (const auto* truth = entry->value.as<bool>()) return *truth;
    const std::string wanted = "true or false was expected";
    const auto text = state_->text(key, entry->value, wanted);
    if (!text) return fallback;
    if (*text == "true" || *text == "false") return *text == "true";
    state_->report_wrong(key, entry->value, wanted);
    return fallback;
}

std::int64_t Section::integer(std::string_view key, std::int64_t fallback, std::int64_t least,
                              std::int64_t most) {
    const Entry* entry = state_->ask(key);
    if (!entry) return fallback;
    const std::string wanted =
        fmt::format("a whole number from {} to {} was expected", least, most);
    std::optional<std::int64_t> number;
    if (const auto* written = entry->value.as<std::int64_t>()) {
        number = *written;
    } else {
        const auto text = state_->text(key, entry->value, wanted);
        if (!text) return fallback;
        number = whole_number(*text);
    }
    if (number && *number >= least && *number <= most) return *number;
    state_->report_wrong(key, entry->value, wanted);
    return fallback;
}

std::chrono::milliseconds Section::duration(std::string_view key,
                                            std::chrono::milliseconds fallback,
                                            std::chrono::milliseconds least,
                                            std::chrono::milliseconds most) {
    const Entry* entry = state_->ask(key);
    if (!entry) return fallback;
    const std::string wanted =
        fmt::format("a duration from {} to {} was expected, like \"500ms\" \"5s\" \"2m\"",
                    as_duration(least), as_duration(most));
    std::optional<std::int64_t> number;
    const auto* written = entry->value.as<std::int64_t>();
    if (written && *written == 0) {
        number = 0;  // needs no unit
    } else if (written) {
        state_->report_wrong(
            key, entry->value,
            fmt::format("a duration needs a unit: \"{}s\" or \"{}ms\"", *written, *written));
        return fallback;
    } else {
        const auto text = state_->text(key, entry->value, wanted);
        if (!text) return fallback;
        number = *text == "0" ? 0 : expr::parse_duration(*text);
    }
    if (number && *number >= least.count() && *number <= most.count())
        return std::chrono::milliseconds(*number);
    state_->report_wrong(key, entry->value, wanted);
    return fallback;
}

std::uint64_t Section::size(std::string_view key, std::uint64_t fallback, std::uint64_t least,
                            std::uint64_t most) {
    const Entry* entry = state_->ask(key);
    if (!entry) return fallback;
    const std::string wanted = fmt::format(
        "a size from {} to {} octets was expected, like \"10k\" \"50m\" \"1g\"", least, most);
    std::optional<std::uint64_t> number;
    if (const auto* written = entry->value.as<std::int64_t>()) {
        if (*written >= 0) number = static_cast<std::uint64_t>(*written);
    } else {
        const auto text = state_->text(key, entry->value, wanted);
        if (!text) return fallback;
        number = parse_size(*text);
    }
    if (number && *number >= least && *number <= most) return *number;
    state_->report_wrong(key, entry->value, wanted);
    return fallback;
}

std::vector<std::string> Section::texts(std::string_view key, std::vector<std::string> fallback) {
    const Entry* entry = state_->ask(key);
    if (!entry) return fallback;
    std::vector<std::string> result;
    bool good = true;
    const auto add = [&](const Value& value) {
        const auto text =
            state_->text(key, value, "a text in quotes, or a list of them, was expected");
        good = good && text;
        if (text) result.emplace_back(*text);
    };
    if (const auto* list = entry->value.as<Values>())
        std::for_each(list->begin(), list->end(), add);
    else
        add(entry->value);
    return good ? result : fallback;
}

std::optional<std::size_t> Section::choice_index(std::string_view key,
                                                 std::span<const std::string_view> words) {
    const Entry* entry = state_->ask(key);
    if (!entry) return std::nullopt;
    const std::string wanted =
        fmt::format("one of \"{}\" was expected", fmt::join(words, "\", \""));
    const auto text = state_->text(key, entry->value, wanted);
    if (!text) return std::nullopt;
    const auto found = std::find(words.begin(), words.end(), *text);
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    const std::string near = expr::did_you_mean(*text, words);
    state_->report_wrong(key, entry->value, near.empty() ? wanted : near + " " + wanted);
    return std::nullopt;
}

expr::Expression Section::expression(std::string_view key, expr::Expression fallback,
                                     const expr::Context& context) {
    const Entry* entry = state_->ask(key);
    if (!entry) return fallback;
    auto result =
        SettingExpression(*state_->source, context, dotted(name(), key)).read(entry->value);
    return result ? std::move(*result) : fallback;
}

void Section::problem(std::string_view key, std::string what, std::string hint) {
    const auto found = state_->table->entries.find(key);
    const Place place =
        found == state_->table->entries.end() ? state_->place : found->second.value.place;
    state_->source->report(place, std::move(what), std::move(hint));
}

}  // namespace postern::config
