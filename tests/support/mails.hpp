#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postern::test {

// Whole messages with CRLF, not dot-stuffed, for jane, who owns jane@example.org and nothing else.
struct Mail {
    std::string name;  // 07-in-a-group
    std::string octets;
};

// tests/mails/<set>, sorted by name. "own": mails of real clients that she may send; with
// "smtputf8" in the name only where the transaction has it. "foreign": ways to be read as somebody
// else.
std::vector<Mail> mails(std::string_view set);

// RFC 5321 4.5.2, without the end of data.
std::string dot_stuffed(std::string_view octets);

}  // namespace postern::test
