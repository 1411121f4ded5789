#pragma once

#include <string_view>

namespace postern::policy {

// Might an MTA behind us read this unquoted local part as the way to a third party? With `%`, `!`,
// `@`, `:` or a control character in it, MTAs of the older kind do, and Postfix does for a trusted
// gateway.
bool routes(std::string_view local_part);

}  // namespace postern::policy
