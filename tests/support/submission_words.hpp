#pragma once

#include <string>

#include "crypto/base64.hpp"
#include "support/remote_settings.hpp"

// What is said between us and a scripted submission server.
namespace postern::test::submission {

using test::in_the_clear;
using test::unprepared;

inline const std::string greeting = "220 mx.example.org ESMTP\r\n";
inline const std::string plain = "250-mx.example.org\r\n250-SIZE 1000\r\n250 AUTH PLAIN LOGIN\r\n";
inline const std::string no = "535-5.7.8 Authentication failed.\r\n535 5.7.8 See example.org\r\n";
inline const std::string jane = crypto::base64_encode("jane");
inline const std::string horse = crypto::base64_encode("correct horse");
inline const std::string both =
    crypto::base64_encode(std::string_view("\0jane\0correct horse", 19));

inline std::string settings(const std::string& address, const std::string& more = "",
                            const std::string& type = "smtp") {
    return remote_settings(type, address, more);
}

}  // namespace postern::test::submission
