#include "sasl/plain.hpp"

#include <algorithm>
#include <utility>

#include "sasl/field.hpp"

namespace postern::sasl {

Step Plain::start(std::optional<std::string_view> initial_response) {
    if (!initial_response) return Challenge{};
    return respond(*initial_response);
}

Step Plain::respond(std::string_view response) {
    const bool again = std::exchange(done_, true);
    if (again || std::ranges::count(response, '\0') != 2) return Malformed{};
    const std::size_t first = response.find('\0');
    const std::size_t second = response.find('\0', first + 1);
    const std::string_view authorization = response.substr(0, first);
    const std::string_view authentication = response.substr(first + 1, second - first - 1);
    const std::string_view password = response.substr(second + 1);
    if (!authorization.empty() && !is_identity(authorization)) return Malformed{};
    if (!is_identity(authentication) || !is_password(password)) return Malformed{};
    return Claim{std::string(authentication), std::string(authorization), crypto::Secret(password)};
}

}  // namespace postern::sasl
