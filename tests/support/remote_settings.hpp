#pragma once

#include <string>

namespace postern::test {

// The lines of a directory that asks the mail server at this address, whosever login it is.
inline std::string remote_settings(const std::string& type, const std::string& address,
                                   const std::string& more = "") {
    return "type = \"" + type + "\"\naddress = \"" + address + "\"\ndomains = [\"*\"]\n" + more;
}

inline const std::string in_the_clear = "tls.starttls = \"never\"\n";
// Besides, only when somebody logs in.
inline const std::string unprepared = in_the_clear + "pool.ready = 0\n";

}  // namespace postern::test
