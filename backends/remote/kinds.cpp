#include "remote/kinds.hpp"

#include <algorithm>

#include "remote/imap_protocol.hpp"

namespace postern::remote {

Kind kind_of(std::string_view type) {
    const Kind kinds[] = {
        {"imap", 143, 993, [] { return std::make_unique<ImapProtocol>(); }},
    };
    return *std::ranges::find(kinds, type, &Kind::type);
}

}  // namespace postern::remote
