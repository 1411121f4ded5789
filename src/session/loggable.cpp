#include "session/loggable.hpp"

#include <fmt/format.h>

#include "address/mailbox.hpp"
#include "crypto/digest.hpp"

namespace postern::session {

namespace {

// Of UTF-8.
std::string first_characters(const std::string& text, std::size_t count) {
    std::size_t end = 0;
    for (; end < text.size(); ++end) {
        const bool begins = (static_cast<unsigned char>(text[end]) & 0xc0U) != 0x80U;
        if (begins && count-- == 0) break;
    }
    return text.substr(0, end);
}

}  // namespace

std::string loggable(const std::string& typed) {
    if (address::parse_mailbox(typed)) return typed;
    return fmt::format("unknown({}..., sha256:{})", first_characters(typed, 3),
                       crypto::sha256_hex(typed).substr(0, 8));
}

}  // namespace postern::session
