#pragma once

#include <string>

#include "directory/finding.hpp"
#include "postgresql/postgresql_settings.hpp"
#include "postgresql/server.hpp"

namespace postern::postgresql {

// Looks at one server as an operator would who has just written the settings: is it there, does it
// know us, does it take our queries, and may we do more there than we should.
class Examiner {
 public:
    Examiner(Server& server, const Settings& settings) : server_(server), settings_(settings) {}
    net::Task<directory::Findings> examine();

 private:
    using Kind = directory::Finding::Kind;

    net::Task<> look_at_everything();
    net::Task<> look_at_queries(std::shared_ptr<Connection> connection);
    void look_at_ourselves(const Connection& connection);
    void tell(Kind kind, std::string sentence);

    Server& server_;
    const Settings& settings_;
    directory::Findings findings_;
};

}  // namespace postern::postgresql
