#pragma once

#include <memory>
#include <string>

#include "directory/finding.hpp"
#include "remote/server.hpp"

namespace postern::remote {

// Looks at one server as an operator would who has just written the settings: is it there, is it
// who it should be, and is there a way to log in. Nobody logs in for that.
class Examiner {
 public:
    Examiner(Server& server, const Settings& settings, std::shared_ptr<net::Slots> slots)
        : server_(server), settings_(settings), slots_(std::move(slots)) {}
    net::Task<directory::Findings> examine();

 private:
    using Kind = directory::Finding::Kind;

    net::Task<> look();
    void tell(Kind kind, std::string sentence);

    Server& server_;
    const Settings& settings_;
    std::shared_ptr<net::Slots> slots_;
    directory::Findings findings_;
};

}  // namespace postern::remote
