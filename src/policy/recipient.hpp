#pragma once

#include "address/mailbox.hpp"

namespace postern::policy {

// Might an MTA behind us send this somewhere else than its domain says? A source route, or `%`,
// `!`, `@`, `:` or a control character in the unquoted local part: MTAs of the older kind, and
// Postfix for a trusted gateway, read those as the way to a third party. What may be rerouted is
// never relayed for a stranger.
bool may_be_rerouted(const address::Path& forward_path);

}  // namespace postern::policy
