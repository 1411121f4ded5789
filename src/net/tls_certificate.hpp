#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

#include "net/tls_context.hpp"

namespace postern::net {

template <auto Free>
struct OpensslFree {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};
inline void free_chain(STACK_OF(X509) * chain) {
    sk_X509_pop_free(chain, X509_free);
}
using BioPtr = std::unique_ptr<BIO, OpensslFree<BIO_free_all>>;
using X509Ptr = std::unique_ptr<X509, OpensslFree<X509_free>>;
using ChainPtr = std::unique_ptr<STACK_OF(X509), OpensslFree<free_chain>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;

// A certificate, the chain below it and its key, as they are in two PEM files.
struct LoadedCertificate {
    X509Ptr leaf;
    ChainPtr chain;
    KeyPtr key;
};

// Throws TlsError that names the file.
LoadedCertificate load_certificate(const std::string& cert_file, const std::string& key_file);

// The DNS names it is for, in lower case; its common name when it has no subjectAltName.
std::vector<std::string> names_of(X509* certificate);

// "expired on ...", "is not valid before ...", or empty.
std::string validity_warning(X509* certificate);

// The file's octets. Throws TlsError: "what /the/file: No such file or directory".
std::string read_pem_file(const char* what, const std::string& file);

}  // namespace postern::net
