#include "policy/routing.hpp"

#include <algorithm>

#include "smtp/ascii.hpp"

namespace postern::policy {

bool routes(std::string_view local_part) {
    static constexpr std::string_view separators = "%!@:";
    return std::ranges::any_of(local_part, [](char c) {
        return smtp::is_control(c) || separators.find(c) != std::string_view::npos;
    });
}

}  // namespace postern::policy
