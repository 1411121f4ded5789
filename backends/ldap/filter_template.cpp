#include "ldap/filter_template.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ldap/escape.hpp"
#include "ldap/filter.hpp"

namespace postern::ldap {

boost::system::result<FilterTemplate, TemplateError> FilterTemplate::parse(
    std::string_view text, std::span<const std::string_view> placeholders) {
    auto parsed = TemplateText::parse(text, placeholders);
    if (!parsed) return parsed.error();

    // Filled values are runs of plain characters and whole escapes: where the sample's word is part
    // of an assertion value, each of them is.
    const auto sample = parsed->sample();
    const auto filter = parse_filter(sample.text);
    if (!filter) {
        const auto offset = parsed->origin(sample, filter.error().offset);
        return TemplateError{"no search filter (RFC 4515)",
                             fmt::format("expected {}", filter.error().expected), offset};
    }
    if (const auto offset = parsed->first_outside(sample, filter->values))
        return TemplateError{"a placeholder outside of a filter's values",
                             "placeholders stand between = and ), as in (mail={username})",
                             *offset};
    return FilterTemplate(std::move(*parsed));
}

std::optional<std::string> FilterTemplate::fill(const Values& values) const {
    return text_.fill(values, escape_filter_value);
}

std::optional<std::string> FilterTemplate::anybody() const {
    const auto sample = text_.sample();
    const auto filter = parse_filter(sample.text);
    if (!filter) return std::nullopt;
    std::string all;
    const char* behind = sample.text.data();
    for (const auto value : filter->values) {
        if (!text_.fills(sample, value)) continue;
        all.append(behind, value.data()).append("*");
        behind = value.data() + value.size();
    }
    all += behind;
    // "(cn=*{local}*)" has asterisks of its own; one that is meant itself is \2a.
    const auto repeated = std::unique(
        all.begin(), all.end(), [](char left, char right) { return left == '*' && right == '*'; });
    all.erase(repeated, all.end());
    return parse_filter(all) ? std::optional(std::move(all)) : std::nullopt;
}

}  // namespace postern::ldap
