#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "smtp/address_field.hpp"

namespace postern::smtp {

// What some readers might see in an address field beside `mailboxes`, which its one reading by the
// grammar yields; nullopt: nothing. `body` is unfolded, `folded` says that it was not so. Part of
// parse_address_field.
std::optional<AddressFieldError> ambiguity(std::string_view body, bool folded,
                                           const std::vector<WrittenMailbox>& mailboxes);

}  // namespace postern::smtp
