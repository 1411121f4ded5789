#include "postgresql/login_values.hpp"

#include <fmt/format.h>

#include "address/domain.hpp"

namespace postern::postgresql {

Values values_of(const identity::Login& typed) {
    const auto domain = address::normalize_domain(typed.domain());
    return values_of(domain ? fmt::format("{}@{}", typed.local_part(), *domain) : typed.text());
}

Values values_of(const std::string& login) {
    const auto at = login.rfind('@');
    const bool has_domain = at != std::string::npos;
    return {{"login", login},
            {"local", login.substr(0, at)},
            {"domain", has_domain ? login.substr(at + 1) : ""}};
}

}  // namespace postern::postgresql
