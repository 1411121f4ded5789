#pragma once

#include <openssl/types.h>

#include "crypto/digest.hpp"

namespace postern::crypto {

// OpenSSL's name for it. For the files of this folder: nobody else sees OpenSSL here.
const EVP_MD* evp_digest(Digest algorithm);

}  // namespace postern::crypto
