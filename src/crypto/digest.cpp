#include "crypto/digest.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

#include "crypto/evp_digest.hpp"
#include "crypto/hex.hpp"

namespace postern::crypto {
namespace {

constexpr std::array<std::string_view, 4> algorithms{"md5", "sha1", "sha256", "sha512"};

const unsigned char* unsigned_data(std::string_view octets) {
    return reinterpret_cast<const unsigned char*>(octets.data());
}

}  // namespace

const EVP_MD* evp_digest(Digest algorithm) {
    switch (algorithm) {
        case Digest::md5:
            return EVP_md5();
        case Digest::sha1:
            return EVP_sha1();
        case Digest::sha256:
            return EVP_sha256();
        case Digest::sha384:
            return EVP_sha384();
        case Digest::sha512:
            return EVP_sha512();
    }
    return EVP_sha512();
}

std::size_t digest_size(Digest algorithm) {
    return static_cast<std::size_t>(EVP_MD_get_size(evp_digest(algorithm)));
}

std::string digest_of(Digest algorithm, std::initializer_list<std::string_view> parts) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          EVP_MD_CTX_free);
    std::string result(digest_size(algorithm), '\0');
    bool done = context && EVP_DigestInit_ex(context.get(), evp_digest(algorithm), nullptr) == 1;
    for (const auto part : parts)
        done = done && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
    done =
        done && EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(result.data()),
                                   nullptr) == 1;
    if (!done) throw std::runtime_error("a digest cannot be computed");
    return result;
}

std::string hmac_of(Digest algorithm, std::string_view key, std::string_view text) {
    std::string result(digest_size(algorithm), '\0');
    unsigned size = 0;
    if (HMAC(evp_digest(algorithm), key.data(), static_cast<int>(key.size()), unsigned_data(text),
             text.size(), reinterpret_cast<unsigned char*>(result.data()), &size) == nullptr)
        throw std::runtime_error("an HMAC cannot be computed");
    return result;
}

std::string sha256_hex(std::string_view octets) {
    std::array<char, SHA256_DIGEST_LENGTH> digest;
    SHA256(unsigned_data(octets), octets.size(), reinterpret_cast<unsigned char*>(digest.data()));
    return hex({digest.data(), digest.size()});
}

std::optional<std::string> digest_hex(std::string_view algorithm, std::string_view octets) {
    if (std::find(algorithms.begin(), algorithms.end(), algorithm) == algorithms.end())
        return std::nullopt;
    std::array<char, EVP_MAX_MD_SIZE> digest;
    std::size_t size = 0;
    if (EVP_Q_digest(nullptr, std::string(algorithm).c_str(), nullptr, octets.data(), octets.size(),
                     reinterpret_cast<unsigned char*>(digest.data()), &size) != 1)
        return std::nullopt;
    return hex({digest.data(), size});
}

}  // namespace postern::crypto
