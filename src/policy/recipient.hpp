#pragma once

#include "address/mailbox.hpp"

namespace postern::policy {

// Might an MTA behind us send this somewhere else than its domain says? A source route, or a local
// part that `routes`. What may be rerouted is never relayed for a stranger.
bool may_be_rerouted(const address::Path& forward_path);

}  // namespace postern::policy
