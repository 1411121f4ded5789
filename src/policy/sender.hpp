// policy: pure decisions about identities. sender: does this principal own this mailbox?
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "address/mailbox.hpp"
#include "identity/principal.hpp"

namespace postern::policy {

struct SenderRules {
    std::string subaddress = "+";  // each of these separates a tag, like Postfix's; empty: none
    bool local_part_case = false;  // true: local parts compare case-sensitively
    bool name_is_address = false;  // the principal's name counts beside its addresses
};

// The rule that made a sender an owned one, for `explain` and the log; `none`: not owned.
enum class Ownership : std::uint8_t { none, address, name, subaddress, domain };
const char* to_string(Ownership ownership);

// BEHAVIOUR section 3, rules 1 to 3, in this order. Addresses of the principal that do not parse
// own nothing, an empty local part is nobody's. A local part that `routes` is owned only literally
// (rule 1). A principal's name counts only where the rules say so: by the setting, or because the
// whole directory lists no addresses.
Ownership owns(const identity::Principal& principal, const address::Mailbox& sender,
               const SenderRules& rules);

// The same of a bare list of addresses and domains, such as those one may send on behalf of.
Ownership owns(std::span<const std::string> entries, const address::Mailbox& sender,
               const SenderRules& rules);

}  // namespace postern::policy
