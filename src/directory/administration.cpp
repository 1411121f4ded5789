#include "directory/administration.hpp"

#include <array>

namespace postern::directory {

namespace {
constexpr std::array<std::string_view, 3> statuses{"active", "disabled", "must_change"};
}

std::string_view to_string(AccountStatus status) {
    return statuses.at(static_cast<std::size_t>(status));
}

std::optional<AccountStatus> account_status(std::string_view text) {
    for (std::size_t i = 0; i < statuses.size(); ++i)
        if (statuses.at(i) == text) return static_cast<AccountStatus>(i);
    return std::nullopt;
}

}  // namespace postern::directory
