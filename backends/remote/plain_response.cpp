#include "remote/plain_response.hpp"

#include <string>

#include "crypto/base64.hpp"

namespace postern::remote {

crypto::Secret plain_response(std::string_view login, const crypto::Secret& password) {
    std::string octets;
    const crypto::WipeAtEnd wipe(octets);
    octets.reserve(login.size() + password.reveal().size() + 2);
    octets += '\0';
    octets += login;
    octets += '\0';
    octets += password.reveal();
    auto base64 = crypto::base64_encode(octets);
    return crypto::Secret::take(base64);
}

}  // namespace postern::remote
