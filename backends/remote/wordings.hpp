#pragma once

#include <string>
#include <string_view>

#include "crypto/secret.hpp"

namespace postern::remote {

// Words for people, of whatever server: it is a trouble that passes; there are too many of us; or
// they have this wording among them. Upper and lower case are the same.
bool speaks_of_trouble(std::string_view words);
bool speaks_of_too_many(std::string_view words);
bool speaks_of(std::string_view words, std::string_view wording);

// A login that a server repeats is none of its words.
std::string without_login(std::string words, const std::string& login);
// What the log shows of a server's words, unless they could show the password.
std::string without_password(std::string shown, std::string_view words, std::string_view login,
                             const crypto::Secret& password);

}  // namespace postern::remote
