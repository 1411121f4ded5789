#pragma once

#include <string>

namespace postern::test {

inline constexpr const char* database_password = "correct horse";  // of jane in standin.sql

// A gateway whose accounts are in PostgreSQL; `lines` stand below [directory.accounts].
inline std::string database_settings(const std::string& lines) {
    return R"(
[server]
hostname = "mail.example.org"
[server.listener.submission]
bind = ["127.0.0.1:${port:submission}"]
[certificate.default]
cert = "${cert}"
private-key = "${key}"
[session.auth]
directory = "'accounts'"
allow-plain-text = true
errors.wait = "100ms"
[session.relay]
next-hop = "'drop'"
[next-hop.drop]
type = "maildir"
path = "${directory}/mail"
[log]
file = "${directory}/log"
[directory.accounts]
type = "postgresql"
timeout = "2s"
)" + lines;
}

}  // namespace postern::test
