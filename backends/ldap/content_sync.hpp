#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::ldap {

// RFC 4533, the LDAP Content Synchronization Operation: what is added to a search so that the
// server goes on to tell what changes among the entries it found.
namespace sync_oid {
inline constexpr const char* request = "1.3.6.1.4.1.4203.1.9.1.1";
inline constexpr const char* state = "1.3.6.1.4.1.4203.1.9.1.2";
inline constexpr const char* done = "1.3.6.1.4.1.4203.1.9.1.3";
inline constexpr const char* info = "1.3.6.1.4.1.4203.1.9.1.4";
}  // namespace sync_oid

// 2.2. From a cookie on, the server tells what has changed since it was given; it means something
// to the server alone.
struct SyncRequest {
    enum class Mode : std::uint8_t { refresh_only = 1, refresh_and_persist = 3 };
    Mode mode = Mode::refresh_only;
    std::string cookie;  // empty: from nothing on
};
std::string value_of(const SyncRequest& request);

// 2.3, of an entry: why it is told.
struct SyncState {
    enum class Kind : std::uint8_t { present = 0, added = 1, modified = 2, deleted = 3 };
    Kind kind = Kind::present;
    std::string uuid;  // of the entry, whatever it is called: 16 octets
};
std::optional<SyncState> parse_sync_state(std::string_view octets);

// 2.4, at the end: the cookie, which may be empty.
std::optional<std::string> parse_sync_done(std::string_view octets);

// 2.5, between entries.
struct SyncInfo {
    bool is_refreshed = false;         // from now on it is changes as they happen
    std::vector<std::string> deleted;  // UUIDs
};
std::optional<SyncInfo> parse_sync_info(std::string_view octets);

}  // namespace postern::ldap
