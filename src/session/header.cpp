#include "session/header.hpp"

#include <algorithm>

#include "smtp/replies.hpp"

namespace postern::session {

std::size_t HeldHeader::take(std::string_view content) {
    if (complete_) return 0;
    const auto before = octets_.size();
    const auto room = static_cast<std::size_t>(limit_) + 1 - std::min<std::size_t>(before, limit_);
    octets_ += content.substr(0, room);
    // The empty line may begin in what was here: look from there.
    auto end = octets_.starts_with("\r\n") ? std::size_t{0}
                                           : octets_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
    if (end == std::string::npos) return octets_.size() - before;
    end += octets_.starts_with("\r\n") ? 2 : 4;
    complete_ = true;
    octets_.resize(end);
    return end - before;
}

std::optional<smtp::Reply> HeldHeader::objection() const {
    if (too_long()) return smtp::replies::header_too_big();
    return std::nullopt;
}

}  // namespace postern::session
