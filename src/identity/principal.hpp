#pragma once

#include <map>
#include <string>
#include <vector>

namespace postern::identity {

// Further attributes of an entry, for expressions: attr('mailHost'). A missing one reads as "".
using Attributes = std::map<std::string, std::vector<std::string>, std::less<>>;

// Who a directory says somebody is, read from the very entry whose password was proved.
struct Principal {
    std::string name;                       // the directory's spelling, never what the client typed
    std::vector<std::string> addresses;     // primary first; "@example.org" owns the whole domain
    std::vector<std::string> on_behalf_of;  // mailboxes it may send on behalf of (needs a Sender:)
    std::vector<std::string> groups;
    Attributes attributes;

    friend bool operator==(const Principal&, const Principal&) = default;
};

}  // namespace postern::identity
