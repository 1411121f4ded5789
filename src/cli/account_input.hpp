#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/password_hash.hpp"
#include "crypto/secret.hpp"

namespace postern::cli {

// What people and files give us, in the form in which it is stored, or why it is not. Pure.
template <class T>
struct Read {
    std::optional<T> value;
    std::string why;  // there is no value

    Read(T read) : value(std::move(read)) {}  // NOLINT(*-explicit-*)
    static Read refused(std::string why) { return Read(std::move(why), 0); }

 private:
    Read(std::string reason, int /*no value*/) : why(std::move(reason)) {}
};

// A login in lower case, NFC.
Read<std::string> read_login(std::string_view typed);
Read<std::string> read_group(std::string_view typed);
// A part of names and addresses, in their case.
Read<std::string> read_pattern(std::string_view typed);
// user@example.org, or @example.org for a whole domain; lower case, the domain as A-labels.
Read<std::string> read_address(std::string_view typed);
// A password hash that can be checked within `limits`. Never a clear text.
Read<crypto::Secret> read_hash(std::string_view stored, const crypto::HashLimits& limits);
bool is_clear_text(std::string_view stored);

crypto::Secret hash_of(const crypto::Secret& password, const crypto::HashCost& cost);

}  // namespace postern::cli
