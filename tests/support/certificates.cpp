#include "support/certificates.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <stdexcept>

namespace postern::test {
namespace {

struct Free {
    void operator()(X509* object) const { X509_free(object); }
    void operator()(EVP_PKEY* object) const { EVP_PKEY_free(object); }
    void operator()(FILE* file) const { std::fclose(file); }
};
using X509Ptr = std::unique_ptr<X509, Free>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Free>;
using FilePtr = std::unique_ptr<FILE, Free>;

void require(bool done, const char* what) {
    if (!done) throw std::runtime_error(std::string("test certificate: ") + what);
}

KeyPtr make_key(bool rsa) {
    KeyPtr key(rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"));
    require(key != nullptr, "key");
    return key;
}

void add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
    require(extension != nullptr, value.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

std::string alternative_names(const std::vector<std::string>& names) {
    std::string list;
    for (const std::string& name : names) {
        boost::system::error_code no_address;
        boost::asio::ip::make_address(name, no_address);
        list += (list.empty() ? "" : ",") + std::string(no_address ? "DNS:" : "IP:") + name;
    }
    return list;
}

X509Ptr make_certificate(EVP_PKEY* key, const std::string& common_name, std::chrono::seconds starts,
                         std::chrono::seconds ends) {
    X509Ptr certificate(X509_new());
    X509_set_version(certificate.get(), X509_VERSION_3);
    std::uint32_t serial = 0;
    RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), static_cast<long>(starts.count()));
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), static_cast<long>(ends.count()));
    X509_set_pubkey(certificate.get(), key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                               0);
    return certificate;
}

FilePtr create(const std::filesystem::path& path) {
    FilePtr file(std::fopen(path.c_str(), "w"));
    require(file != nullptr, path.c_str());
    return file;
}

}  // namespace

struct CertificateAuthority::Identity {
    KeyPtr key;
    X509Ptr certificate;
};

CertificateAuthority::CertificateAuthority(std::filesystem::path directory, const std::string& stem)
    : directory_(std::move(directory)),
      file_((directory_ / (stem + ".pem")).string()),
      identity_(std::make_unique<Identity>()) {
    identity_->key = make_key(false);
    identity_->certificate =
        make_certificate(identity_->key.get(), "Postern test " + stem, std::chrono::hours(-24),
                         std::chrono::hours(24 * 365));
    X509* self = identity_->certificate.get();
    X509_set_issuer_name(self, X509_get_subject_name(self));
    add_extension(self, self, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(self, self, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(self, self, NID_subject_key_identifier, "hash");
    require(X509_sign(self, identity_->key.get(), EVP_sha256()) > 0, "signature");
    require(PEM_write_X509(create(file_).get(), self) == 1, file_.c_str());
}

CertificateAuthority::~CertificateAuthority() = default;

CertificateFiles CertificateAuthority::issue(const CertificateRequest& request) const {
    const KeyPtr key = make_key(request.rsa);
    const X509Ptr issued = make_certificate(key.get(), request.name, request.starts, request.ends);
    X509* issuer = identity_->certificate.get();
    X509_set_issuer_name(issued.get(), X509_get_subject_name(issuer));
    add_extension(issued.get(), issuer, NID_basic_constraints, "CA:FALSE");
    add_extension(issued.get(), issuer, NID_ext_key_usage, "serverAuth,clientAuth");
    add_extension(issued.get(), issuer, NID_authority_key_identifier, "keyid");
    if (!request.names.empty())
        add_extension(issued.get(), issuer, NID_subject_alt_name, alternative_names(request.names));
    require(X509_sign(issued.get(), identity_->key.get(), EVP_sha256()) > 0, "signature");

    const CertificateFiles files{(directory_ / (request.name + ".pem")).string(),
                                 (directory_ / (request.name + ".key")).string()};
    require(PEM_write_X509(create(files.cert).get(), issued.get()) == 1, files.cert.c_str());
    require(PEM_write_PrivateKey(create(files.key).get(), key.get(), nullptr, nullptr, 0, nullptr,
                                 nullptr) == 1,
            files.key.c_str());
    return files;
}

TestCertificates write_test_certificates(const std::filesystem::path& directory) {
    using std::chrono::hours;
    const CertificateAuthority ca(directory);
    const CertificateAuthority other(directory, "other-ca");
    const std::vector<std::string> names{"localhost", "mail.example.org", "127.0.0.1", "::1"};
    return {.ca = ca.file(),
            .other_ca = other.file(),
            .server = ca.issue({.name = "server", .names = names}),
            .expired = ca.issue(
                {.name = "expired", .names = names, .starts = hours(-48), .ends = hours(-24)}),
            .wrong_name = ca.issue({.name = "wrong-name", .names = {"elsewhere.example.com"}}),
            .unknown_ca = other.issue({.name = "unknown-ca", .names = names}),
            .client = ca.issue({.name = "jane"})};
}

}  // namespace postern::test
