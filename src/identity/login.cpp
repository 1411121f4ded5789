#include "identity/login.hpp"

#include "address/unicode.hpp"

namespace postern::identity {
namespace {
constexpr std::size_t longest_login = 512;
}

std::optional<Login> Login::parse(std::string_view typed) {
    if (typed.empty() || typed.size() > longest_login || !address::is_text(typed))
        return std::nullopt;
    auto text = address::to_lower(address::map_width(typed));
    if (text.size() > longest_login) return std::nullopt;  // lower case may be longer
    return Login(std::move(text));
}

std::string_view Login::local_part() const {
    return std::string_view(text_).substr(0, text_.rfind('@'));
}

std::string_view Login::domain() const {
    const auto at = text_.rfind('@');
    return at == std::string::npos ? std::string_view{} : std::string_view(text_).substr(at + 1);
}

}  // namespace postern::identity
