#include "policy/recipient.hpp"

#include <algorithm>

namespace postern::policy {

bool may_be_rerouted(const address::Path& forward_path) {
    if (forward_path.source_route || !forward_path.mailbox) return true;
    return std::ranges::any_of(forward_path.mailbox->local_part, [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return octet < 0x20 || octet == 0x7f || c == '%' || c == '!' || c == '@' || c == ':';
    });
}

}  // namespace postern::policy
