#include "crypto/hmac.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <stdexcept>
#include <string>

namespace postern::crypto {
namespace {

[[noreturn]] void refuse() {
    throw std::runtime_error("an HMAC cannot be computed");
}

const unsigned char* unsigned_data(std::string_view octets) {
    return reinterpret_cast<const unsigned char*>(octets.data());
}

}  // namespace

void Hmac::Free::operator()(EVP_MAC_CTX* context) const {
    EVP_MAC_CTX_free(context);
}

Hmac::Hmac(std::string_view key) {
    const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> algorithm(
        EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr), EVP_MAC_free);
    keyed_.reset(EVP_MAC_CTX_new(algorithm.get()));
    std::string digest = OSSL_DIGEST_NAME_SHA2_256;
    const std::array parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), digest.size()),
        OSSL_PARAM_construct_end()};
    // A null pointer would mean "the key of before".
    const auto* octets = key.empty() ? unsigned_data("") : unsigned_data(key);
    if (!keyed_ || EVP_MAC_init(keyed_.get(), octets, key.size(), parameters.data()) != 1) refuse();
}

Hmac::Octets Hmac::operator()(std::initializer_list<std::string_view> parts) const {
    const std::unique_ptr<EVP_MAC_CTX, Free> context(EVP_MAC_CTX_dup(keyed_.get()));
    bool done = context != nullptr;
    for (const auto part : parts)
        done = done && EVP_MAC_update(context.get(), unsigned_data(part), part.size()) == 1;
    Octets result;
    std::size_t written = 0;
    done = done &&
           EVP_MAC_final(context.get(), reinterpret_cast<unsigned char*>(result.data()), &written,
                         result.size()) == 1 &&
           written == size;
    if (!done) refuse();
    return result;
}

}  // namespace postern::crypto
