#pragma once

#include <string>
#include <string_view>

#include "address/mailbox.hpp"

namespace postern::upstream {

// The folder of a recipient's maildir: one path component of at most 255 octets, the same for
// nobody else, never hidden, never "." or "..". Octets other than letters, digits and "-_+=.@" are
// "%XX", also a leading dot and an "@" in the local part; what gets longer than 200 octets ends in
// "%~" and a SHA-256 of the whole.
std::string maildir_folder(const address::Mailbox& mailbox);

// A name that no other message has, on whatever host (the maildir specification): seconds,
// microseconds, process, counter, a random word and the host name.
std::string maildir_unique_name(std::string_view hostname);

}  // namespace postern::upstream
