#include "net/ticket_keys.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace postern::net {
namespace {

constexpr auto lifetime = std::chrono::hours(12);

TicketKeys::Key fresh_key() {
    TicketKeys::Key key{.made = std::chrono::steady_clock::now()};
    const bool random = RAND_bytes(key.name.data(), static_cast<int>(key.name.size())) == 1 &&
                        RAND_bytes(key.aes.data(), static_cast<int>(key.aes.size())) == 1 &&
                        RAND_bytes(key.hmac.data(), static_cast<int>(key.hmac.size())) == 1;
    if (!random) throw std::runtime_error("no randomness for session ticket keys");
    return key;
}

}  // namespace

TicketKeys::TicketKeys() : current_(fresh_key()), previous_(current_) {}

TicketKeys::~TicketKeys() {
    OPENSSL_cleanse(&current_, sizeof current_);
    OPENSSL_cleanse(&previous_, sizeof previous_);
}

TicketKeys::Key TicketKeys::current() {
    const std::lock_guard lock(mutex_);
    if (std::chrono::steady_clock::now() - current_.made >= lifetime)
        previous_ = std::exchange(current_, fresh_key());
    return current_;
}

bool TicketKeys::find(const unsigned char name[16], Key& found, bool& is_current) {
    const std::lock_guard lock(mutex_);
    for (const Key* key : {&current_, &previous_}) {
        if (!std::equal(key->name.begin(), key->name.end(), name)) continue;
        found = *key;
        is_current = key == &current_;
        return true;
    }
    return false;
}

void TicketKeys::rotate() {
    const std::lock_guard lock(mutex_);
    previous_ = std::exchange(current_, fresh_key());
}

}  // namespace postern::net
