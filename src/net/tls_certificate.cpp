#include "net/tls_certificate.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "net/tls_error.hpp"

namespace postern::net {
namespace {

constexpr std::size_t largest_file = 4 * 1024 * 1024;

// OpenSSL would ask on the terminal.
int refuse_passphrase(char*, int, int, void*) {
    return -1;
}

BioPtr memory_bio(const std::string& octets) {
    return BioPtr(BIO_new_mem_buf(octets.data(), static_cast<int>(octets.size())));
}

bool ended_without_pem() {
    const unsigned long code = ERR_peek_last_error();
    return ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
}

void load_chain(const std::string& file, LoadedCertificate& into) {
    const std::string what = "certificate file " + file;
    const std::string octets = read_pem_file("certificate file", file);
    const BioPtr source = memory_bio(octets);
    ERR_clear_error();
    into.leaf.reset(PEM_read_bio_X509_AUX(source.get(), nullptr, refuse_passphrase, nullptr));
    if (!into.leaf)
        throw TlsError(what + (ended_without_pem() ? " has no PEM certificate"
                                                   : " cannot be read: " + openssl_words()));
    into.chain.reset(sk_X509_new_null());
    while (X509* next = PEM_read_bio_X509(source.get(), nullptr, refuse_passphrase, nullptr))
        sk_X509_push(into.chain.get(), next);
    if (!ended_without_pem())
        throw TlsError(what + ": a certificate of its chain cannot be read: " + openssl_words());
    ERR_clear_error();
}

void load_key(const std::string& file, LoadedCertificate& into) {
    const std::string what = "private key file " + file;
    std::string octets = read_pem_file("private key file", file);
    ERR_clear_error();
    into.key.reset(
        PEM_read_bio_PrivateKey(memory_bio(octets).get(), nullptr, refuse_passphrase, nullptr));
    const bool encrypted = octets.find("ENCRYPTED") != std::string::npos;
    const bool is_key = octets.find(" PRIVATE KEY-----") != std::string::npos;
    OPENSSL_cleanse(octets.data(), octets.size());
    if (into.key) return;
    if (encrypted) throw TlsError(what + " is protected by a passphrase; store it without one");
    throw TlsError(what +
                   (is_key ? " cannot be read: " + openssl_words() : " has no PEM private key"));
}

std::string lower_case(const unsigned char* octets, int size) {
    std::string text(reinterpret_cast<const char*>(octets), static_cast<std::size_t>(size));
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::string common_name(X509* certificate) {
    X509_NAME* subject = X509_get_subject_name(certificate);
    const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at < 0) return {};
    unsigned char* octets = nullptr;
    const int size =
        ASN1_STRING_to_UTF8(&octets, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    if (size < 0) return {};
    std::string name = lower_case(octets, size);
    OPENSSL_free(octets);
    return name;
}

std::string to_text(const ASN1_TIME* time) {
    const BioPtr out(BIO_new(BIO_s_mem()));
    char* text = nullptr;
    if (ASN1_TIME_print(out.get(), time) != 1) return "?";
    const long size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

}  // namespace

std::string read_pem_file(const char* what, const std::string& file) {
    const auto fail = [&](const char* why) {
        throw TlsError(std::string(what) + " " + file + ": " + why);
    };
    const std::unique_ptr<FILE, OpensslFree<std::fclose>> in(std::fopen(file.c_str(), "re"));
    if (!in) fail(std::strerror(errno));
    std::string octets(largest_file, '\0');
    octets.resize(std::fread(octets.data(), 1, octets.size(), in.get()));
    if (std::ferror(in.get()) != 0) fail(std::strerror(errno));
    if (octets.size() == largest_file) fail("too large to be a PEM file");
    if (octets.empty()) fail("is empty");
    return octets;
}

LoadedCertificate load_certificate(const std::string& cert_file, const std::string& key_file) {
    LoadedCertificate loaded;
    load_chain(cert_file, loaded);
    load_key(key_file, loaded);
    if (X509_check_private_key(loaded.leaf.get(), loaded.key.get()) != 1) {
        ERR_clear_error();
        throw TlsError("private key file " + key_file + " does not belong to the certificate in " +
                       cert_file);
    }
    return loaded;
}

std::vector<std::string> names_of(X509* certificate) {
    std::vector<std::string> names;
    void* extension = X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr);
    const std::unique_ptr<GENERAL_NAMES, OpensslFree<GENERAL_NAMES_free>> alternatives(
        static_cast<GENERAL_NAMES*>(extension));
    for (int i = 0; i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(alternatives.get(), i);
        if (name->type != GEN_DNS) continue;
        const ASN1_IA5STRING* text = name->d.dNSName;
        names.push_back(lower_case(ASN1_STRING_get0_data(text), ASN1_STRING_length(text)));
    }
    if (alternatives == nullptr) names.push_back(common_name(certificate));
    return names;
}

std::string validity_warning(X509* certificate) {
    if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0)
        return "expired on " + to_text(X509_get0_notAfter(certificate));
    if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0)
        return "is not valid before " + to_text(X509_get0_notBefore(certificate));
    return {};
}

}  // namespace postern::net
