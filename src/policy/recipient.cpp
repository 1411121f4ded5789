#include "policy/recipient.hpp"

#include "policy/routing.hpp"

namespace postern::policy {

bool may_be_rerouted(const address::Path& forward_path) {
    if (forward_path.source_route || !forward_path.mailbox) return true;
    return routes(forward_path.mailbox->local_part);
}

}  // namespace postern::policy
