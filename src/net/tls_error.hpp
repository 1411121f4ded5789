#pragma once

#include <openssl/ssl.h>

#include <boost/system/error_code.hpp>
#include <string>

namespace postern::net {

// The oldest error in OpenSSL's queue in words ("no shared cipher"), which is the cause; empties
// the queue.
std::string openssl_words();

// The same for a handshake of `ssl`: "certificate verify failed: self-signed certificate".
std::string handshake_words(const SSL* ssl);

// The oldest error in OpenSSL's queue as an error_code whose message is these words; empties the
// queue.
boost::system::error_code openssl_error();

}  // namespace postern::net
