#include "net/tls_error.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <array>

namespace postern::net {
namespace {

std::string words(unsigned long code) {
    if (const char* reason = ERR_reason_error_string(code)) return reason;
    std::array<char, 256> text{};
    ERR_error_string_n(code, text.data(), text.size());
    return text.data();
}

class TlsCategory final : public boost::system::error_category {
 public:
    const char* name() const noexcept override { return "tls"; }
    std::string message(int reason) const override {
        return words(ERR_PACK(ERR_LIB_SSL, 0, static_cast<unsigned long>(reason)));
    }
};

unsigned long take_error() {
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    return code;
}

}  // namespace

std::string openssl_words() {
    const unsigned long code = take_error();
    return code == 0 ? "unknown error" : words(code);
}

std::string handshake_words(const SSL* ssl) {
    const unsigned long code = take_error();
    if (code == 0) return "unknown error";
    const long verdict = SSL_get_verify_result(ssl);
    const bool unverified = ERR_GET_LIB(code) == ERR_LIB_SSL &&
                            ERR_GET_REASON(code) == SSL_R_CERTIFICATE_VERIFY_FAILED &&
                            verdict != X509_V_OK;
    return unverified ? words(code) + ": " + X509_verify_cert_error_string(verdict) : words(code);
}

boost::system::error_code openssl_error() {
    static const TlsCategory category;
    const unsigned long code = take_error();
    return {code == 0 ? ERR_R_INTERNAL_ERROR : ERR_GET_REASON(code), category};
}

}  // namespace postern::net
