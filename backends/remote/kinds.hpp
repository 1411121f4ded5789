// backends/remote: asks mail servers whether they let a login in. RemoteDirectory, Server and
// Connection know no language; a Protocol speaks one. One directory's objects live on its thread.
#pragma once

#include <string_view>

#include "remote/settings.hpp"

namespace postern::remote {

// Of the servers that a directory of this type asks: "imap", "smtp" or "lmtp".
Kind kind_of(std::string_view type);

}  // namespace postern::remote
