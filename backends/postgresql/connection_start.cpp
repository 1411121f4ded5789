#include "postgresql/connection_start.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <string_view>
#include <vector>

namespace postern::postgresql {

namespace {

// A value for every keyword that libpq has a variable for. An empty value only counts in a
// connection string; elsewhere libpq takes it for none. There is no good value for two of them: a
// service would have to exist, and a user is always named.
std::string defaults_without_environment() {
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> all(PQconndefaults(),
                                                                           PQconninfoFree);
    if (!all) throw std::bad_alloc();
    std::string text;
    for (const auto* option = all.get(); option->keyword != nullptr; ++option) {
        const std::string_view keyword = option->keyword;
        if (option->envvar == nullptr || keyword == "service" || keyword == "user") continue;
        text += fmt::format("{}='{}' ", keyword, option->compiled ? option->compiled : "");
    }
    return text;
}

}  // namespace

pg_conn* start_connection(const std::map<std::string, std::string>& keywords,
                          const crypto::Secret& password) {
    static const std::string defaults = defaults_without_environment();
    // The first database is taken for a connection string; whatever comes later wins over it.
    std::vector<const char*> names{"dbname"}, values{defaults.c_str()};
    for (const auto& [name, value] : keywords) {
        names.push_back(name.c_str());
        values.push_back(value.c_str());
    }
    std::string revealed(password.reveal());
    const crypto::WipeAtEnd wipe(revealed);
    names.insert(names.end(), {"password", nullptr});
    values.insert(values.end(), {revealed.c_str(), nullptr});
    auto* const connection = PQconnectStartParams(names.data(), values.data(), 1);
    if (connection == nullptr) throw std::bad_alloc();
    return connection;
}

void keep_environment_out() {
    for (const auto* name : {"PGSERVICE", "PGDATESTYLE", "PGTZ", "PGGEQO"})
        ::unsetenv(name);
}

}  // namespace postern::postgresql
