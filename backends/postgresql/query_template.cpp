#include "postgresql/query_template.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "expr/nearest.hpp"

namespace postern::postgresql {

namespace {

using Kind = SqlPiece::Kind;
using Known = std::span<const std::string_view>;

std::string list(Known known) {
    std::string all;
    for (const auto name : known)
        all += fmt::format("{}:{}", all.empty() ? "" : " ", name);
    return all;
}

SqlError unknown(const SqlPiece& piece, Known known) {
    const auto name = piece.text.substr(1);
    auto hint = expr::did_you_mean(name, known);
    hint = hint.empty() ? list(known) : fmt::format("{} Known here: {}", hint, list(known));
    return {fmt::format("unknown placeholder {}", piece.text),
            hint + "; a colon of SQL has a blank behind it", piece.offset};
}

SqlError positional(const SqlPiece& piece, Known known) {
    return {fmt::format("a parameter by its number, {}", piece.text),
            fmt::format("placeholders have names: {}; $1 alone stands for :{}", list(known),
                        known.front()),
            piece.offset};
}

SqlError without_placeholder(std::string_view text, Known known) {
    const bool is_foreign = text.find('?') != std::string_view::npos;
    return {"no placeholder: it would mean the same for everybody",
            fmt::format("at least one of {}{}", list(known),
                        is_foreign ? "; \"?\" is what other databases say" : ""),
            0};
}

}  // namespace

boost::system::result<QueryTemplate, SqlError> QueryTemplate::parse(std::string_view text,
                                                                    Known known) {
    const auto pieces = split_sql(text);
    if (!pieces) return pieces.error();
    QueryTemplate query;
    for (const auto& piece : *pieces) {
        if (piece.kind == Kind::other) {
            query.statement_ += piece.text;
            continue;
        }
        std::string_view name = piece.text.substr(1);
        if (piece.kind == Kind::parameter) {
            if (piece.text != "$1") return positional(piece, known);
            name = known.front();
        }
        if (std::ranges::find(known, name) == known.end()) return unknown(piece, known);
        auto& all = query.placeholders_;
        auto place = std::ranges::find(all, name);
        if (place == all.end()) place = all.insert(all.end(), std::string(name));
        const bool would_join =
            !query.statement_.empty() && continues_sql_word(query.statement_.back());
        query.statement_ += fmt::format("{}${}", would_join ? " " : "", place - all.begin() + 1);
    }
    if (query.placeholders_.empty()) return without_placeholder(text, known);
    return query;
}

std::vector<std::string> QueryTemplate::parameters(const Values& values) const {
    std::vector<std::string> all;
    for (const auto& name : placeholders_) {
        const auto value = values.find(name);
        all.push_back(value != values.end() ? value->second : "");
    }
    return all;
}

std::string array_of(const std::vector<std::string>& elements) {
    std::string array = "{";
    for (const auto& element : elements) {
        array += array.size() > 1 ? ",\"" : "\"";
        for (const char octet : element) {
            if (octet == '"' || octet == '\\') array += '\\';
            array += octet;
        }
        array += '"';
    }
    return array + "}";
}

}  // namespace postern::postgresql
