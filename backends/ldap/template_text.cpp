#include "ldap/template_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "expr/nearest.hpp"

namespace postern::ldap {

namespace {

using Known = std::span<const std::string_view>;
using Piece = TemplateText::Piece;

// No hexadecimal digit at either end: "\" or "\2" in front of a placeholder is a mistake, not half
// of an escape.
constexpr std::string_view sentinel = "sentinel";

bool is_known(Known known, std::string_view name) {
    return std::ranges::find(known, name) != known.end();
}

std::string list(Known known) {
    std::string all;
    for (const auto name : known)
        all += fmt::format("{}{{{}}}", all.empty() ? "" : " ", name);
    return all;
}

TemplateError stray_brace(std::size_t offset) {
    return {"a brace that belongs to no placeholder", "a brace itself is \\7b or \\7d", offset};
}

TemplateError unknown(std::string_view name, Known known, std::size_t offset) {
    if (name == "?")
        return {"\"?\" stands for {username}, which is not known here",
                fmt::format("{}; a question mark itself is \\3f", list(known)), offset};
    auto hint = expr::did_you_mean(name, known);
    if (hint.empty()) hint = list(known);
    return {fmt::format("unknown placeholder {{{}}}", name), std::move(hint), offset};
}

// The placeholder that begins a text with its spelling, and how long that is.
struct Spelled {
    std::string_view name;
    std::size_t size = 0;
};

boost::system::result<Spelled, TemplateError> take_placeholder(std::string_view rest, Known known,
                                                               std::size_t offset) {
    Spelled placeholder{"?", 1};
    if (rest.front() != '?') {
        const auto end = rest.find_first_of("{}", 1);
        if (rest.front() == '}' || end == std::string_view::npos || rest[end] == '{')
            return stray_brace(offset);
        placeholder = {rest.substr(1, end - 1), end + 1};
    }
    if (is_known(known, placeholder.name)) return placeholder;
    const bool is_synonym =
        placeholder.name == "?" || placeholder.name == "user" || placeholder.name == "email";
    if (!is_synonym || !is_known(known, "username"))
        return unknown(placeholder.name, known, offset);
    return Spelled{"username", placeholder.size};
}

bool is_blank(std::string_view value) {
    return value.find_first_not_of(' ') == std::string_view::npos;
}

bool lies_in(std::string_view inner, std::string_view outer) {
    return std::less_equal<>()(outer.data(), inner.data()) &&
           std::less_equal<>()(inner.data() + inner.size(), outer.data() + outer.size());
}

}  // namespace

boost::system::result<TemplateText, TemplateError> TemplateText::parse(std::string_view text,
                                                                       Known known) {
    TemplateText result;
    result.size_ = text.size();
    for (std::size_t at = 0; at < text.size();) {
        const auto literal = text.substr(at, text.find_first_of("{}?", at) - at);
        if (!literal.empty()) result.pieces_.push_back({std::string(literal), false, at});
        at += literal.size();
        if (at == text.size()) break;
        const auto placeholder = take_placeholder(text.substr(at), known, at);
        if (!placeholder) return placeholder.error();
        result.pieces_.push_back({std::string(placeholder->name), true, at});
        at += placeholder->size;
    }
    if (std::ranges::none_of(result.pieces_, &Piece::is_placeholder))
        return TemplateError{"no placeholder: it would mean the same for everybody",
                             fmt::format("at least one of {}", list(known)), 0};
    return result;
}

bool TemplateText::uses(std::string_view placeholder) const {
    return std::ranges::any_of(pieces_, [&](const Piece& piece) {
        return piece.is_placeholder && piece.text == placeholder;
    });
}

std::optional<std::string> TemplateText::fill(const Values& values, Escape escape) const {
    std::string filled;
    for (const auto& piece : pieces_) {
        if (!piece.is_placeholder) {
            filled += piece.text;
            continue;
        }
        const auto value = values.find(piece.text);
        if (value == values.end() || is_blank(value->second)) return std::nullopt;
        filled += escape(value->second);
    }
    return filled;
}

TemplateText::Sample TemplateText::sample() const {
    Sample sample;
    for (const auto& piece : pieces_) {
        sample.offsets.push_back(sample.text.size());
        sample.text += piece.is_placeholder ? sentinel : std::string_view(piece.text);
    }
    return sample;
}

std::size_t TemplateText::origin(const Sample& sample, std::size_t offset) const {
    if (offset >= sample.text.size()) return size_;
    const auto behind = std::ranges::upper_bound(sample.offsets, offset);
    const auto index = static_cast<std::size_t>(behind - sample.offsets.begin()) - 1;
    const auto& piece = pieces_[index];
    const auto inside = piece.is_placeholder ? 0 : offset - sample.offsets[index];
    return piece.offset + inside;
}

bool TemplateText::fills(const Sample& sample, std::string_view part) const {
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
        const auto word = std::string_view(sample.text).substr(sample.offsets[i], sentinel.size());
        if (pieces_[i].is_placeholder && lies_in(word, part)) return true;
    }
    return false;
}

std::optional<std::size_t> TemplateText::first_outside(
    const Sample& sample, std::span<const std::string_view> values) const {
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
        if (!pieces_[i].is_placeholder) continue;
        const auto word = std::string_view(sample.text).substr(sample.offsets[i], sentinel.size());
        const auto holds_it = [&](std::string_view value) { return lies_in(word, value); };
        if (std::ranges::none_of(values, holds_it)) return pieces_[i].offset;
    }
    return std::nullopt;
}

}  // namespace postern::ldap
