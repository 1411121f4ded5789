#include "config/section_state.hpp"

#include <fmt/format.h>

namespace postern::config {

Entry* Section::State::ask(std::string_view key) {
    table->asked.emplace(key);
    const auto found = table->entries.find(key);
    if (found == table->entries.end()) return nullptr;
    found->second.read = true;
    return &found->second;
}

void Section::State::report_wrong(std::string_view key, const Value& value, std::string hint) {
    source->report(value.place, fmt::format("{} is {}", dotted(name, key), describe(value)),
                   std::move(hint));
}

void Section::State::report_missing(std::string_view key, std::string hint) {
    // It may stand in the part that could not be read.
    if (!source->incomplete)
        source->report(place, dotted(name, key) + " is missing", std::move(hint));
}

std::optional<std::string_view> Section::State::text(std::string_view key, const Value& value,
                                                     std::string_view wanted) {
    const auto* text = value.as<Text>();
    if (!text) {
        report_wrong(key, value, std::string(wanted));
        return std::nullopt;
    }
    if (text->failure.empty()) return text->value();
    source->report_unreadable(value.place, fmt::format("{}: {}", dotted(name, key), text->failure));
    return std::nullopt;
}

Section Section::State::below(std::string_view key, std::shared_ptr<Table> inner, Place at) const {
    inner->opened = true;
    return Section(std::make_shared<State>(State{source, std::move(inner), dotted(name, key), at}));
}

}  // namespace postern::config
