#include "net/tls_context.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <ranges>
#include <string_view>

#include "net/tls_certificate.hpp"
#include "net/tls_error.hpp"

namespace postern::net {
namespace {

// Below TLS 1.2 OpenSSL wants level 0, because MD5+SHA1 signs these handshakes.
constexpr const char* server_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20:!PSK:!SRP:!aNULL";
constexpr const char* old_server_ciphers =
    "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:AESGCM:AES:!PSK:!SRP:!aNULL:!eNULL:@SECLEVEL=0";
// What we connect to is often older than those who connect to us.
constexpr const char* client_ciphers =
    "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:ECDHE+AES:AESGCM:AES:!PSK:!SRP:!DSS:!aNULL:!eNULL";
constexpr const char* old_client_ciphers =
    "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:ECDHE+AES:AESGCM:AES:!PSK:!SRP:!DSS:!aNULL:!eNULL:"
    "@SECLEVEL=0";

constexpr long session_seconds = 2 * 60 * 60;

int protocol(TlsVersion version) {
    switch (version) {
        case TlsVersion::tls1_0:
            return TLS1_VERSION;
        case TlsVersion::tls1_1:
            return TLS1_1_VERSION;
        case TlsVersion::tls1_2:
            return TLS1_2_VERSION;
        case TlsVersion::tls1_3:
            return TLS1_3_VERSION;
    }
    return TLS1_2_VERSION;
}

void require(int done, const std::string& what) {
    if (done != 1) throw TlsError(what + ": " + openssl_words());
}

void set_ciphers(SSL_CTX* context, TlsVersion min_version, const char* today, const char* old) {
    const char* list = min_version < TlsVersion::tls1_2 ? old : today;
    require(SSL_CTX_set_cipher_list(context, list), "TLS ciphers");
}

// A session must not be resumed where other client certificates are asked for: the keys of the
// tickets are shared by all listeners, this is not.
void bind_sessions_to(SSL_CTX* context, const std::string& client_ca) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(client_ca.data()), client_ca.size(),
           digest.data());
    require(SSL_CTX_set_session_id_context(context, digest.data(), digest.size()),
            "TLS session context");
}

bool key_the_mac(EVP_MAC_CTX* mac, std::array<unsigned char, 32>& key) {
    std::string digest = "SHA256";
    std::array parameters{
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.data(), key.size()),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_end()};
    return EVP_MAC_CTX_set_params(mac, parameters.data()) == 1;
}

}  // namespace

struct TlsContext::Certificate {
    LoadedCertificate loaded;

    // Into one slot for each kind of key.
    int present(SSL_CTX* context) const {
        return SSL_CTX_use_cert_and_key(context, loaded.leaf.get(), loaded.key.get(),
                                        loaded.chain.get(), 1);
    }
    int present(SSL* ssl) const {
        return SSL_use_cert_and_key(ssl, loaded.leaf.get(), loaded.key.get(), loaded.chain.get(),
                                    1);
    }
    bool is_default = false;
};

// OpenSSL's way back to us; no exception may pass it.
struct TlsContext::Callbacks {
    static TlsContext& of(const SSL* ssl) {
        return *static_cast<TlsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    }

    static int choose_certificate(SSL* ssl, int*, void*) noexcept try {
        const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
        if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
        const auto chosen = of(ssl).certificates_for(name);
        if (chosen.empty()) return SSL_TLSEXT_ERR_NOACK;
        SSL_certs_clear(ssl);
        for (const Certificate* certificate : chosen)
            if (certificate->present(ssl) != 1) return SSL_TLSEXT_ERR_ALERT_FATAL;
        return SSL_TLSEXT_ERR_OK;
    } catch (...) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }

    // RFC 5077 section 4. Returns 0: no such key, a full handshake follows; 2: renew the ticket.
    static int ticket_key(SSL* ssl, unsigned char name[16], unsigned char* iv,
                          EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, int sealing) noexcept try {
        TicketKeys& keys = *of(ssl).tickets_;
        TicketKeys::Key key;
        bool is_current = true;
        if (sealing != 0) {
            key = keys.current();
            std::ranges::copy(key.name, name);
            if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return -1;
        } else if (!keys.find(name, key, is_current)) {
            return 0;
        }
        const int keyed = EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.aes.data(), iv,
                                            sealing != 0 ? 1 : 0);
        const bool ready = keyed == 1 && key_the_mac(mac, key.hmac);
        OPENSSL_cleanse(&key, sizeof key);
        if (!ready) return -1;
        // RFC 8446 C.4: a ticket of TLS 1.3 is used once, so each resumption needs a new one.
        const bool renew = !is_current || SSL_version(ssl) == TLS1_3_VERSION;
        return renew ? 2 : 1;
    } catch (...) {
        return -1;
    }
};

TlsContext::TlsContext(TlsVersion min_version, const SSL_METHOD* method)
    : context_(SSL_CTX_new(method)) {
    if (context_ == nullptr) throw TlsError("no TLS context: " + openssl_words());
    SSL_CTX_set_app_data(context_, this);
    SSL_CTX_set_min_proto_version(context_, protocol(min_version));
    SSL_CTX_set_max_proto_version(context_, TLS1_3_VERSION);
    SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                   SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(context_, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    // Header and body of a record with one system call.
    SSL_CTX_set_read_ahead(context_, 1);
    SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);
}

TlsContext::~TlsContext() {
    SSL_CTX_free(context_);
}

std::shared_ptr<const TlsContext> TlsContext::server(const TlsServerSettings& settings,
                                                     std::shared_ptr<TicketKeys> tickets) {
    std::shared_ptr<TlsContext> made(new TlsContext(settings.min_version, TLS_server_method()));
    SSL_CTX* context = made->context_;
    set_ciphers(context, settings.min_version, server_ciphers, old_server_ciphers);
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);

    if (settings.certificates.empty()) throw TlsError("a TLS server needs a certificate");
    for (const TlsFiles& files : settings.certificates)
        made->add_certificate(files);
    made->present_by_default();
    SSL_CTX_set_tlsext_servername_callback(context, &Callbacks::choose_certificate);

    made->tickets_ = tickets ? std::move(tickets) : std::make_shared<TicketKeys>();
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, &Callbacks::ticket_key);
    SSL_CTX_set_num_tickets(context, 1);
    SSL_CTX_set_timeout(context, session_seconds);
    made->request_client_certificates(settings.client_ca);
    return made;
}

void TlsContext::add_certificate(const TlsFiles& files) {
    auto added = std::make_unique<Certificate>();
    added->loaded = load_certificate(files.cert, files.private_key);
    added->is_default = files.is_default;
    const std::string wrong = validity_warning(added->loaded.leaf.get());
    if (!wrong.empty()) warnings_.push_back("the certificate in " + files.cert + " " + wrong);
    // Tried here, for a key that OpenSSL finds too weak is a mistake in the settings.
    const std::unique_ptr<SSL, OpensslFree<SSL_free>> trial(SSL_new(context_));
    require(added->present(trial.get()), "certificate file " + files.cert);
    for (const std::string& name : names_of(added->loaded.leaf.get()))
        by_name_[name].push_back(added.get());
    certificates_.push_back(std::move(added));
}

// One per kind of key, so that old clients get RSA and new ones ECDSA; the first of each kind
// counts, which is the last one set.
void TlsContext::present_by_default() {
    const bool marked =
        std::ranges::any_of(certificates_, [](const auto& c) { return c->is_default; });
    if (!marked) certificates_.front()->is_default = true;
    for (const auto& certificate : certificates_ | std::views::reverse)
        if (certificate->is_default) require(certificate->present(context_), "default certificate");
}

// The certificates of that very name, else those of the wildcard above it (RFC 6125 6.4.3: one
// label).
std::vector<const TlsContext::Certificate*> TlsContext::certificates_for(
    std::string server_name) const {
    for (char& c : server_name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (server_name.ends_with('.')) server_name.pop_back();
    auto found = by_name_.find(server_name);
    const std::size_t dot = server_name.find('.');
    if (found == by_name_.end() && dot != std::string::npos)
        found = by_name_.find("*" + server_name.substr(dot));
    if (found == by_name_.end()) return {};
    return {found->second.rbegin(), found->second.rend()};
}

void TlsContext::request_client_certificates(const std::string& ca_file) {
    if (ca_file.empty()) return bind_sessions_to(context_, {});
    bind_sessions_to(context_, read_pem_file("client CA file", ca_file));
    ERR_clear_error();
    STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(ca_file.c_str());
    if (names == nullptr || SSL_CTX_load_verify_file(context_, ca_file.c_str()) != 1)
        throw TlsError("client CA file " + ca_file + " has no PEM certificate");
    SSL_CTX_set_client_CA_list(context_, names);
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    verifies_peer_ = true;
}

std::shared_ptr<const TlsContext> TlsContext::client(const TlsClientSettings& settings) {
    std::shared_ptr<TlsContext> made(new TlsContext(settings.min_version, TLS_client_method()));
    SSL_CTX* context = made->context_;
    set_ciphers(context, settings.min_version, client_ciphers, old_client_ciphers);

    made->verifies_peer_ = !settings.allow_invalid_certs;
    SSL_CTX_set_verify(context, made->verifies_peer_ ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    if (settings.ca.empty()) {
        require(SSL_CTX_set_default_verify_paths(context), "the system's certificate store");
    } else {
        read_pem_file("CA file", settings.ca);
        if (SSL_CTX_load_verify_file(context, settings.ca.c_str()) != 1)
            throw TlsError("CA file " + settings.ca + " has no PEM certificate");
    }
    if (!settings.cert.empty()) {
        made->add_certificate({settings.cert, settings.private_key});
        made->present_by_default();
    }
    return made;
}

}  // namespace postern::net
