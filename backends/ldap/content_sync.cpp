#include "ldap/content_sync.hpp"

#include "ldap/ber.hpp"

namespace postern::ldap {

namespace {

namespace tag {
constexpr std::uint8_t new_cookie = 0x80;
constexpr std::uint8_t refresh_delete = 0xA1;
constexpr std::uint8_t refresh_present = 0xA2;
constexpr std::uint8_t id_set = 0xA3;
}  // namespace tag

constexpr std::size_t uuid_octets = 16;

// OCTET STRING OPTIONAL, "" when there is none.
std::optional<std::string_view> take_cookie(std::string_view& rest) {
    if (!ber::begins_with(rest, ber::tag::octet_string)) return std::string_view();
    return ber::take(rest, ber::tag::octet_string);
}

std::optional<bool> take_boolean(std::string_view& rest, bool fallback) {
    if (!ber::begins_with(rest, ber::tag::boolean)) return fallback;
    const auto content = ber::take(rest, ber::tag::boolean);
    return content ? ber::boolean(*content) : std::nullopt;
}

// refreshDelete and refreshPresent: an optional cookie, refreshDone.
std::optional<SyncInfo> parse_refresh(std::string_view content) {
    if (!take_cookie(content)) return std::nullopt;
    const auto is_done = take_boolean(content, true);
    if (!is_done || !content.empty()) return std::nullopt;
    return SyncInfo{*is_done, {}};
}

// syncIdSet: an optional cookie, refreshDeletes, syncUUIDs.
std::optional<SyncInfo> parse_id_set(std::string_view content) {
    if (!take_cookie(content)) return std::nullopt;
    const auto are_deleted = take_boolean(content, false);
    auto uuids = ber::take(content, ber::tag::set);
    if (!are_deleted || !uuids || !content.empty()) return std::nullopt;
    SyncInfo info;
    while (!uuids->empty()) {
        const auto uuid = ber::take(*uuids, ber::tag::octet_string);
        if (!uuid || uuid->size() != uuid_octets) return std::nullopt;
        if (*are_deleted) info.deleted.emplace_back(*uuid);
    }
    return info;
}

}  // namespace

std::string value_of(const SyncRequest& request) {
    const char mode = static_cast<char>(request.mode);
    auto content = ber::element(ber::tag::enumerated, {&mode, 1});
    if (!request.cookie.empty()) content += ber::element(ber::tag::octet_string, request.cookie);
    return ber::element(ber::tag::sequence, content);
}

std::optional<SyncState> parse_sync_state(std::string_view octets) {
    auto content = ber::take(octets, ber::tag::sequence);
    if (!content || !octets.empty()) return std::nullopt;
    const auto state = ber::take(*content, ber::tag::enumerated);
    const auto kind = state ? ber::integer(*state) : std::nullopt;
    if (!kind || *kind > static_cast<int>(SyncState::Kind::deleted)) return std::nullopt;
    const auto uuid = ber::take(*content, ber::tag::octet_string);
    if (!uuid || uuid->size() != uuid_octets) return std::nullopt;
    if (!take_cookie(*content) || !content->empty()) return std::nullopt;
    return SyncState{static_cast<SyncState::Kind>(*kind), std::string(*uuid)};
}

std::optional<std::string> parse_sync_done(std::string_view octets) {
    auto content = ber::take(octets, ber::tag::sequence);
    if (!content || !octets.empty()) return std::nullopt;
    const auto cookie = take_cookie(*content);
    if (!cookie || !take_boolean(*content, false) || !content->empty()) return std::nullopt;
    return std::string(*cookie);
}

std::optional<SyncInfo> parse_sync_info(std::string_view octets) {
    const auto choice = ber::take_element(octets);
    if (!choice || !octets.empty()) return std::nullopt;
    switch (choice->tag) {
        case tag::new_cookie:
            return SyncInfo();
        case tag::refresh_delete:
        case tag::refresh_present:
            return parse_refresh(choice->content);
        case tag::id_set:
            return parse_id_set(choice->content);
        default:
            return std::nullopt;
    }
}

}  // namespace postern::ldap
