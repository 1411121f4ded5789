#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::ldap {

// What is wrong with a template of the settings.
struct TemplateError {
    std::string what, hint;
    std::size_t offset = 0;  // in octets of the template, from 0
};

// The values of placeholders by their names.
using Values = std::map<std::string, std::string, std::less<>>;

// What filter templates and DN templates share: literal text and placeholders, {username}, {local},
// {domain}, {dn}, ... A "?", {user} and {email} are other spellings of {username}. There is no
// escape for braces and "?": in a filter \7b \7d \3f say them, in a DN \7B \7D \3F.
class TemplateText {
 public:
    // `known` are the names that may stand between braces.
    static boost::system::result<TemplateText, TemplateError> parse(
        std::string_view text, std::span<const std::string_view> known);

    struct Piece {
        std::string text;  // as it is, or the placeholder's name
        bool is_placeholder = false;
        std::size_t offset = 0;  // in the template
    };
    const std::vector<Piece>& pieces() const { return pieces_; }
    bool uses(std::string_view placeholder) const;

    // nullopt: a value that is asked for is missing, empty or blank. Empty values change what is
    // asked, (uid={local}*) asks for everybody then; no account is called that anyway.
    using Escape = std::string (*)(std::string_view value);
    std::optional<std::string> fill(const Values& values, Escape escape) const;

    // The template filled with a word that is safe everywhere. What is true of its syntax is true
    // of every filled template, as long as the word stands where values stand.
    struct Sample {
        std::string text;
        std::vector<std::size_t> offsets;  // of each piece, in the text
    };
    Sample sample() const;
    // The octet of the template that an octet of the sample's text comes from.
    std::size_t origin(const Sample& sample, std::size_t offset) const;
    // Where in the template the first placeholder is whose word stands in none of `values`, which
    // are views into the sample's text; nullopt: there is none.
    std::optional<std::size_t> first_outside(const Sample& sample,
                                             std::span<const std::string_view> values) const;
    // Whether the word of a placeholder stands in a part of the sample's text.
    bool fills(const Sample& sample, std::string_view part) const;

 private:
    std::vector<Piece> pieces_;
    std::size_t size_ = 0;
};

}  // namespace postern::ldap
