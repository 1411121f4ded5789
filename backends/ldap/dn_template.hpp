#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "ldap/template_text.hpp"

namespace postern::ldap {

// As whom a user binds, made of {username} {local} {domain}: a DN, or one of the names that Active
// Directory takes in its place, {username}@corp.example, CORP\{username}, or {username} alone.
class DnTemplate {
 public:
    static boost::system::result<DnTemplate, TemplateError> parse(std::string_view text);

    bool is_dn() const { return kind_ == Kind::dn; }
    // nullopt: nobody can be called that. A value that the template asks for is missing, empty or
    // blank, or it would not stay what it is in one of Active Directory's names, which know no
    // escapes.
    std::optional<std::string> fill(const Values& values) const;
    bool uses(std::string_view placeholder) const { return text_.uses(placeholder); }

 private:
    // A bare login may bring its own "@"; where the template has a separator, it may not.
    enum class Kind : std::uint8_t { dn, separated_name, bare_login };
    DnTemplate(TemplateText text, Kind kind) : text_(std::move(text)), kind_(kind) {}
    TemplateText text_;
    Kind kind_;
};

}  // namespace postern::ldap
