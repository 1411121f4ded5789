#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "postgresql/connection.hpp"
#include "postgresql/postgresql_settings.hpp"

namespace postern::postgresql {

// What is wrong with a query of the settings, in the server's words or ours.
struct Objection {
    std::string_view key;  // "emails"
    std::string why;
    std::string text() const;  // with the key in front
};
using Objections = std::vector<Objection>;

// Has every query checked by the server before anybody asks it, also where it will not be kept.
// Throws Broken, also when the server is in no state to judge.
net::Task<Objections> prepare_all(std::shared_ptr<Connection> connection, const Queries& queries);

}  // namespace postern::postgresql
