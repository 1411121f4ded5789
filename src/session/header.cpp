#include "session/header.hpp"

#include <algorithm>

namespace postern::session {

std::size_t HeldHeader::take(std::string_view content) {
    if (settled()) return 0;
    const auto room = static_cast<std::size_t>(limit_) + 1 - octets_.size();
    const auto taken = reader_.feed(content.substr(0, room));
    octets_ += content.substr(0, taken);
    return taken;
}

}  // namespace postern::session
