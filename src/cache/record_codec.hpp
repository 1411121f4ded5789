#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "cache/record.hpp"

namespace postern::cache {

// A record may have this many octets before it is sealed.
constexpr std::size_t longest_record = std::size_t{64} * 1024;

// nullopt: it would be longer, or is not one that decode takes. It must not leave the record before
// it standing: a tombstone takes its place.
std::optional<std::string> encode(const AccountRecord& record);
std::optional<std::string> encode(const LoginRecord& record);
std::string encode_not_before(Time flushed);

// An account without stamps is written as it was before there were any, so that gateways of either
// version understand each other as long as nobody checks stamps.
//
// Strict, as there is one way to write a record: nullopt for another kind or version, for octets
// missing or left over, for lists too long, out of order or with the same entry twice.
std::optional<AccountRecord> decode_account(std::string_view octets);
std::optional<LoginRecord> decode_login(std::string_view octets);
std::optional<Time> decode_not_before(std::string_view octets);

}  // namespace postern::cache
