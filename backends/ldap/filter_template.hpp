#pragma once

#include <boost/system/result.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "ldap/template_text.hpp"

namespace postern::ldap {

// A search filter with placeholders. Proved at load: whatever the values, each of them stays inside
// an assertion value, and the filter keeps its shape (filter.hpp).
class FilterTemplate {
 public:
    static boost::system::result<FilterTemplate, TemplateError> parse(
        std::string_view text, std::span<const std::string_view> placeholders);

    // nullopt: a value that the filter asks for is missing, empty or blank. Nobody is meant.
    std::optional<std::string> fill(const Values& values) const;
    // The filter of everybody whom some value would find: values that a placeholder is part of may
    // be any. nullopt: there is no such filter, as for "(uid>={username})".
    std::optional<std::string> anybody() const;
    bool uses(std::string_view placeholder) const { return text_.uses(placeholder); }

 private:
    explicit FilterTemplate(TemplateText text) : text_(std::move(text)) {}
    TemplateText text_;
};

}  // namespace postern::ldap
