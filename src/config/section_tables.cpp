// The Sections below a Section.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "config/section_state.hpp"
#include "crypto/digest.hpp"

namespace postern::config {

namespace {

void append(std::string& octets, std::string_view text) {
    octets += fmt::format("{}:", text.size());
    octets += text;
}

// So that two values never come out as the same octets.
void append(std::string& octets, const Value& value) {
    octets += fmt::format("{} ", value.content.index());
    if (const auto* text = value.as<Text>()) append(octets, text->value());
    if (const auto* truth = value.as<bool>()) octets += *truth ? "1" : "0";
    if (const auto* number = value.as<std::int64_t>()) octets += fmt::format("{}", *number);
    if (const auto* fraction = value.as<double>()) octets += fmt::format("{}", *fraction);
    if (const auto* values = value.as<Values>()) {
        octets += fmt::format("{} ", values->size());
        for (const auto& each : *values)
            append(octets, each);
    }
    if (const auto* table = value.table()) {
        octets += fmt::format("{} ", table->entries.size());
        for (const auto& [key, entry] : table->entries) {
            append(octets, key);
            append(octets, entry.value);
        }
    }
}

}  // namespace

std::string Section::digest(std::span<const std::string_view> without) const {
    std::string octets;
    const crypto::WipeAtEnd wiped(octets);
    for (const auto& [key, entry] : state_->table->entries) {
        if (std::ranges::find(without, key) != without.end()) continue;
        append(octets, key);
        append(octets, entry.value);
    }
    return crypto::sha256_hex(octets);
}

Section Section::table(std::string_view key) {
    const Entry* entry = state_->ask(key);
    const auto* table = entry ? entry->value.as<std::shared_ptr<Table>>() : nullptr;
    if (table) return state_->below(key, *table, (*table)->place);
    if (entry)
        state_->report_wrong(
            key, entry->value,
            entry->value.is_list_of_tables()
                ? fmt::format("write [{}] with single brackets, once", dotted(name(), key))
                : fmt::format("a section [{}] was expected", dotted(name(), key)));
    return state_->below(key, std::make_shared<Table>(), entry ? entry->place : state_->place);
}

std::vector<std::pair<std::string, Section>> Section::tables(std::string_view key) {
    std::vector<std::pair<std::string, Section>> result;
    Section parent = table(key);
    for (auto& [each, entry] : parent.state_->table->entries) {
        if (entry.value.table()) {
            result.emplace_back(each, parent.table(each));
        } else {
            entry.read = true;
            parent.state_->report_wrong(
                each, entry.value,
                fmt::format("a section [{}] was expected", dotted(parent.name(), each)));
        }
    }
    const auto order = [](const auto& each) {
        const Place& place = each.second.state_->place;
        return std::tuple(place.file, place.line, place.column);
    };
    std::sort(result.begin(), result.end(),
              [&](const auto& left, const auto& right) { return order(left) < order(right); });
    return result;
}

std::vector<Section> Section::list(std::string_view key) {
    std::vector<Section> result;
    const Entry* entry = state_->ask(key);
    if (!entry) return result;
    const std::string wanted = fmt::format("sections [[{}]] were expected", dotted(name(), key));
    const auto* list = entry->value.as<Values>();
    if (!list) {
        state_->report_wrong(key, entry->value, wanted);
        return result;
    }
    for (const auto& item : *list) {
        if (const auto* table = item.as<std::shared_ptr<Table>>())
            result.push_back(state_->below(key, *table, (*table)->place));
        else
            state_->report_wrong(key, item, wanted);
    }
    return result;
}

}  // namespace postern::config
