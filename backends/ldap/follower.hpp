#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "directory/directory.hpp"
#include "ldap/connection.hpp"
#include "ldap/known_entries.hpp"
#include "ldap/ldap_settings.hpp"

namespace postern::ldap {

// Hears what changes among the accounts at one server (RFC 4533), on a connection of its own that
// is bound already. First it learns who is called how, then it listens.
class Follower {
 public:
    Follower(std::unique_ptr<Connection> connection, std::shared_ptr<const Settings> settings);

    // Throws what breaks the connection, and std::runtime_error with a sentence when the server
    // does not tell changes, or does so no more. It ends in no other way.
    net::Task<> follow(directory::Changes& changes);

 private:
    // Below one base.
    struct Content {
        std::string base;
        std::string cookie;
        int id = 0;  // of the search
        bool is_refreshed = false;
    };
    enum class Ended : std::uint8_t { no, refresh_required };

    net::Task<> learn(Content& content);
    net::Task<> listen(directory::Changes& changes);
    Ended take(const Part& part, HeardChanges& heard);
    void take_entry(const Part& part, const Content& content, HeardChanges& heard);
    bool is_refreshed() const;
    void give_up();

    int ask(const Content& content, SyncRequest request, std::vector<std::string> attributes);
    std::optional<Part> next_part();
    net::Task<> write();
    net::Task<> read();

    const std::unique_ptr<Connection> connection_;
    const std::shared_ptr<const Settings> settings_;
    KnownEntries known_;
    std::vector<Content> contents_;
    int ping_ = 0;  // a search that only shows that the server is there; 0: none is under way
    std::array<char, std::size_t{16} * 1024> buffer_{};
};

}  // namespace postern::ldap
