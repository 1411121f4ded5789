#pragma once

#include <string>

#include "support/remote_settings.hpp"

// What is said between us and a scripted IMAP server.
namespace postern::test::imap {

using test::in_the_clear;
using test::unprepared;

inline const std::string greeting = "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\r\n";
inline const std::string no = "{} NO [AUTHENTICATIONFAILED] Authentication failed.\r\n";

inline std::string settings(const std::string& address, const std::string& more = "") {
    return remote_settings("imap", address, more);
}

}  // namespace postern::test::imap
