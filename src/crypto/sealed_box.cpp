#include "crypto/sealed_box.hpp"

#include <openssl/evp.h>

#include <limits>
#include <memory>
#include <stdexcept>

#include "crypto/random.hpp"

namespace postern::crypto {
namespace {

constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;
static_assert(box_overhead == nonce_size + tag_size);

const unsigned char* unsigned_data(std::string_view octets) {
    return reinterpret_cast<const unsigned char*>(octets.data());
}

unsigned char* unsigned_data(std::string& octets) {
    return reinterpret_cast<unsigned char*>(octets.data());
}

// One run of the cipher, towards or from a box.
class Gcm {
 public:
    Gcm(const Secret& key, std::string_view nonce, bool sealing)
        : context_(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free) {
        if (key.reveal().size() != box_key_size)
            throw std::invalid_argument("the key of a sealed box has 32 octets");
        require(context_ && EVP_CipherInit_ex(context_.get(), EVP_aes_256_gcm(), nullptr,
                                              unsigned_data(key.reveal()), unsigned_data(nonce),
                                              sealing ? 1 : 0) == 1);
    }

    void add_context(std::string_view octets) {
        int written = 0;
        require(EVP_CipherUpdate(context_.get(), nullptr, &written, unsigned_data(octets),
                                 length(octets)) == 1);
    }

    std::string run(std::string_view octets) {
        std::string result(octets.size(), '\0');
        int written = 0;
        require(EVP_CipherUpdate(context_.get(), unsigned_data(result), &written,
                                 unsigned_data(octets), length(octets)) == 1);
        return result;
    }

    void expect_tag(std::string tag) {
        require(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_GCM_SET_TAG, tag_size, tag.data()) ==
                1);
    }

    std::string tag() {
        std::string octets(tag_size, '\0');
        require(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_GCM_GET_TAG, tag_size,
                                    octets.data()) == 1);
        return octets;
    }

    // False: the tag is not the expected one.
    bool finish() {
        std::string nothing(EVP_MAX_BLOCK_LENGTH, '\0');
        int written = 0;
        return EVP_CipherFinal_ex(context_.get(), unsigned_data(nothing), &written) == 1;
    }

 private:
    static void require(bool done) {
        if (!done) throw std::runtime_error("AES-256-GCM cannot be computed");
    }
    static int length(std::string_view octets) {
        require(octets.size() <= std::numeric_limits<int>::max());
        return static_cast<int>(octets.size());
    }

    std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context_;
};

}  // namespace

std::string seal_box(const Secret& key, std::string_view context, std::string_view plain) {
    auto box = random_octets(nonce_size);
    Gcm cipher(key, box, true);
    cipher.add_context(context);
    box += cipher.run(plain);
    if (!cipher.finish()) throw std::runtime_error("AES-256-GCM cannot be computed");
    return box + cipher.tag();
}

std::optional<std::string> open_box(const Secret& key, std::string_view context,
                                    std::string_view box) {
    if (box.size() < box_overhead) return std::nullopt;
    Gcm cipher(key, box.substr(0, nonce_size), false);
    cipher.add_context(context);
    const auto sealed = box.substr(nonce_size, box.size() - box_overhead);
    cipher.expect_tag(std::string(box.substr(box.size() - tag_size)));
    auto plain = cipher.run(sealed);
    if (!cipher.finish()) return std::nullopt;
    return plain;
}

}  // namespace postern::crypto
