#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "directory/listing.hpp"
#include "ldap/ldap_settings.hpp"
#include "ldap/server.hpp"
#include "observe/log.hpp"

namespace postern::ldap {

// One walk over all accounts, page by page (RFC 2696). On a connection of its own, for a server
// keeps with the connection how far it has come.
class AccountLister {
 public:
    AccountLister(std::shared_ptr<Server> server, std::unique_ptr<Connection> connection,
                  std::shared_ptr<const Settings> settings, const std::string& directory,
                  observe::Log& log);

    // The next page, whose cursor is ours. What breaks throws, and ends the walk as Unavailable
    // does.
    net::Task<directory::ListResult> next(std::size_t most);
    // Empty at the beginning and at the end.
    const std::string& cursor() const { return cursor_; }
    const std::shared_ptr<Server>& server() const { return server_; }

 private:
    net::Task<Message> search(std::size_t most);
    net::Task<directory::ListResult> accounts_of(std::vector<Entry> entries);
    net::Task<std::optional<identity::Unavailable>> read(Entry entry,
                                                         directory::ListedAccount& account);
    void go_on(std::string cookie);

    const std::shared_ptr<Server> server_;
    const std::unique_ptr<Connection> connection_;
    const std::shared_ptr<const Settings> settings_;
    const std::string directory_;
    observe::Log& log_;
    std::size_t base_ = 0, pages_ = 0, entries_ = 0;
    bool gives_pages_ = true;
    std::string cookie_, cursor_;
    std::set<std::string> seen_;  // DNs, where there are several bases
};

}  // namespace postern::ldap
