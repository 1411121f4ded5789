#pragma once

#include <memory>
#include <string>
#include <vector>

#include "directory/directory.hpp"
#include "postgresql/postgresql_settings.hpp"
#include "postgresql/server.hpp"

namespace postern::postgresql {

// Hears what a database tells of changes in it (LISTEN), on a connection of its own to the first
// server that is a primary: a standby tells nothing.
class ChangeListener {
 public:
    ChangeListener(std::vector<std::shared_ptr<Server>> servers,
                   std::shared_ptr<const Settings> settings)
        : servers_(std::move(servers)), settings_(std::move(settings)) {}

    // Until it is cancelled; throws when nobody can be heard, or not any more.
    net::Task<> listen(directory::Changes& changes);
    // For `postern check --connect`: whether it would hear.
    net::Task<directory::Finding> examine();

 private:
    struct Ear {
        std::shared_ptr<Connection> connection;  // closed with its last owner
        std::string server, session;             // who is heard
    };
    std::chrono::milliseconds patience() const;  // with one answer
    net::Task<Ear> open(Connection::Heard heard);
    net::Task<Ear> open_at(Server& server, Connection::Heard heard);
    net::Task<> look_for_pooler(Server& server, const Ear& ear);

    std::vector<std::shared_ptr<Server>> servers_;
    std::shared_ptr<const Settings> settings_;
};

// What is told along with a change: a principal's name, or nothing when it may be anybody's.
void tell_change(std::string_view payload, directory::Changes& changes);

}  // namespace postern::postgresql
