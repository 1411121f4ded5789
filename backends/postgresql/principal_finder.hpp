#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "directory/directory.hpp"
#include "observe/log.hpp"
#include "postgresql/row_reader.hpp"
#include "postgresql/server.hpp"

namespace postern::postgresql {

// The queries of one question, at one server: from a login to its account, from an account to the
// principal.
class PrincipalFinder {
 public:
    PrincipalFinder(std::shared_ptr<Server> server, const Settings& settings,
                    const std::string& directory, observe::Log& log)
        : server_(std::move(server)), settings_(settings), directory_(directory), log_(log) {}

    // Unavailable and "nobody" (nullopt) end a question.
    template <class T>
    using Found = std::variant<identity::Unavailable, std::optional<T>>;
    net::Task<Found<Account>> account_of(const identity::Login& login, bool with_secrets);
    net::Task<identity::LookupResult> principal_of(std::string name);
    net::Task<directory::AdoptResult> take_in(const directory::Newcomer& newcomer);
    // There is a query.list.
    net::Task<directory::ListResult> list(const directory::PageWanted& wanted);

 private:
    net::Task<Found<Values>> translate(const Values& values);
    net::Task<std::optional<identity::Unavailable>> complete(ListedRow row,
                                                             directory::ListedAccount& account);
    using Answered = std::variant<identity::Unavailable, std::vector<Rows>>;
    net::Task<Answered> answered(std::vector<Call> calls, bool writes = false);
    identity::Unavailable misread(std::string_view key, const Misread& misread,
                                  std::string_view account);
    void tell_odd_entry(std::string_view account, std::string_view why);

    const std::shared_ptr<Server> server_;
    const Settings& settings_;
    const std::string& directory_;
    observe::Log& log_;
};

}  // namespace postern::postgresql
