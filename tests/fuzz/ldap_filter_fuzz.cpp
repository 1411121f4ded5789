// Filters: any text is one or has a mistake within it; any login, in any template that was
// accepted, stays a value. The input is a template, and behind its first NUL a login.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "ldap/dn.hpp"
#include "ldap/dn_template.hpp"
#include "ldap/escape.hpp"
#include "ldap/filter.hpp"
#include "ldap/filter_template.hpp"

namespace {

using namespace postern::ldap;

constexpr std::array<std::string_view, 4> placeholders = {"username", "local", "domain", "dn"};

void require(bool holds) {
    if (!holds) std::abort();
}

void check_text(std::string_view text) {
    const auto filter = parse_filter(text);
    if (!filter) {
        require(filter.error().offset <= text.size() && *filter.error().expected != '\0');
        return;
    }
    const char* end = text.data();
    for (const auto value : filter->values) {
        require(value.data() >= end && value.data() + value.size() < text.data() + text.size());
        require(unescape_filter_value(value).has_value());
        end = value.data() + value.size();
    }
    require(filter->shape.starts_with('(') && filter->shape.ends_with(')'));
}

void check_value(std::string_view value) {
    const auto text = "(uid=" + escape_filter_value(value) + ")";
    const auto filter = parse_filter(text);
    require(filter && filter->values.size() == 1 && filter->shape == "(uid=?)");
    require(unescape_filter_value(filter->values[0]) == value);
}

void check_filter_template(std::string_view text, const Values& values) {
    const auto parsed = FilterTemplate::parse(text, placeholders);
    if (!parsed) {
        require(!parsed.error().what.empty() && !parsed.error().hint.empty());
        require(parsed.error().offset <= text.size());
        return;
    }
    const auto plain =
        parsed->fill({{"username", "x"}, {"local", "x"}, {"domain", "x"}, {"dn", "x"}});
    const auto filled = parsed->fill(values);
    require(plain.has_value());
    if (!filled) return;
    const auto expected = parse_filter(*plain);
    const auto filter = parse_filter(*filled);
    require(expected && filter && filter->shape == expected->shape);
    require(filter->values.size() == expected->values.size());
}

void check_dn_template(std::string_view text, const Values& values) {
    const auto parsed = DnTemplate::parse(text);
    if (!parsed) {
        require(!parsed.error().what.empty() && !parsed.error().hint.empty());
        require(parsed.error().offset <= text.size());
        return;
    }
    const auto filled = parsed->fill(values);
    if (!filled) return;
    if (!parsed->is_dn()) return require(!looks_like_dn(*filled));
    const auto plain = parsed->fill({{"username", "x"}, {"local", "x"}, {"domain", "x"}});
    const auto expected = parse_dn(*plain);
    const auto dn = parse_dn(*filled);
    require(expected && dn && dn->size() == expected->size());
    for (std::size_t i = 0; i < dn->size(); ++i) {
        require(dn->at(i).size() == expected->at(i).size());
        for (std::size_t j = 0; j < dn->at(i).size(); ++j) {
            require(dn->at(i)[j].type == expected->at(i)[j].type);
            require(dn->at(i)[j].is_hexadecimal == expected->at(i)[j].is_hexadecimal);
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    check_text(input);
    check_value(input);
    const auto end = input.find('\0');
    if (end == std::string_view::npos) return 0;
    const auto text = input.substr(0, end);
    const std::string login(input.substr(end + 1));
    const Values values{{"username", login}, {"local", login}, {"domain", login}, {"dn", login}};
    check_filter_template(text, values);
    check_dn_template(text, values);
    return 0;
}
