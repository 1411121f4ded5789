#pragma once

#include <string>

namespace postern::test {

// A gateway that asks the directory of this name; `sections` describe it and those it needs.
inline std::string directory_settings(const std::string& name, const std::string& sections) {
    return R"(
[server]
hostname = "mail.example.org"
http.bind = ["127.0.0.1:${port:http}"]
[server.listener.submission]
bind = ["127.0.0.1:${port:submission}"]
[certificate.default]
cert = "${cert}"
private-key = "${key}"
[session.auth]
directory = "')" +
           name + R"('"
allow-plain-text = true
errors.wait = "100ms"
[session.relay]
next-hop = "'drop'"
[next-hop.drop]
type = "maildir"
path = "${directory}/mail"
[log]
file = "${directory}/log"
)" + sections;
}

}  // namespace postern::test
