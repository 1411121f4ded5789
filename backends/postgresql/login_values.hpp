#pragma once

#include <string>

#include "identity/login.hpp"
#include "postgresql/query_template.hpp"

namespace postern::postgresql {

// What :login, :local and :domain are: of what somebody has typed, the domain as A-labels where it
// is one, as in addresses that are stored; of what query.login says, as it says it.
Values values_of(const identity::Login& typed);
Values values_of(const std::string& login);

}  // namespace postern::postgresql
