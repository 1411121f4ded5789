#include "remote/kinds.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string>

#include "remote/imap_protocol.hpp"
#include "remote/smtp_protocol.hpp"

namespace postern::remote {

Kind kind_of(std::string_view type) {
    const Kind kinds[] = {
        {"imap", 143, 993, [] { return std::make_unique<ImapProtocol>(); }},
        {"smtp", 587, 465, [] { return std::make_unique<SmtpProtocol>("EHLO"); }},
        {"lmtp", 24, 24, [] { return std::make_unique<SmtpProtocol>("LHLO"); }},
    };
    const auto* const found = std::ranges::find(kinds, type, &Kind::type);
    if (found == std::end(kinds)) throw std::invalid_argument(std::string(type));
    return *found;
}

}  // namespace postern::remote
