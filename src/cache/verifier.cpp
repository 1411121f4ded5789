#include "cache/verifier.hpp"

#include "crypto/secret.hpp"

namespace postern::cache {

bool operator==(const Verifier& left, const Verifier& right) {
    return crypto::constant_time_equal(left.text(), right.text());
}

}  // namespace postern::cache
