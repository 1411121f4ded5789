#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "config/section.hpp"
#include "crypto/hash_limits.hpp"
#include "crypto/password_hash.hpp"
#include "observe/log.hpp"
#include "postgresql/connection_settings.hpp"
#include "postgresql/query_template.hpp"

namespace postern::postgresql {

// query.*: what is asked. nullopt: that is not asked.
struct Queries {
    std::optional<QueryTemplate> login;         // what was typed -> the account's login
    std::optional<QueryTemplate> authenticate;  // a row for each secret
    std::optional<QueryTemplate> lookup;        // a row; without it that of `authenticate`
    std::optional<QueryTemplate> emails, groups, on_behalf_of;
    std::optional<QueryTemplate> list;                  // all accounts, page by page
    std::optional<QueryTemplate> rehash, touch, adopt;  // these write

    friend bool operator==(const Queries&, const Queries&) = default;
};

struct PoolSettings {
    std::size_t connections = 4;  // to each server
    std::size_t pipeline = 16;    // questions under way on each of them
    std::chrono::milliseconds idle = std::chrono::minutes(1);  // then a connection is tried
};

// One [directory.x] of type "postgresql".
struct Settings {
    ConnectionSettings connection;
    Queries queries;
    bool prepare = true;
    std::string notify = "postern_changed";  // the channel on which changes are told; empty: none
    bool watches = false;                    // the cache is to hear of them
    PoolSettings pool;
    std::chrono::milliseconds timeout = std::chrono::seconds(5);            // of a whole question
    std::chrono::milliseconds statement_timeout = std::chrono::seconds(4);  // of one query
    crypto::HashLimits hash_limits;
    crypto::HashCost hash_cost;  // of new ones
};

// Mistakes become Problems; nullopt when a part is missing without which there is no directory.
// Logs what deserves a look.
std::optional<Settings> read_settings(config::Section& section, observe::Log& log);

}  // namespace postern::postgresql
