#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/section.hpp"

namespace postern::net {

enum class TlsVersion : std::uint8_t { tls1_0, tls1_1, tls1_2, tls1_3 };

// The key min-version of every `tls` table; 1.2 without it.
TlsVersion read_min_version(config::Section& tls);

struct TlsFiles {
    std::string cert;         // PEM, leaf first
    std::string private_key;  // PEM
    bool is_default = false;  // presented when the client's SNI matches none
};

struct TlsServerSettings {
    TlsVersion min_version = TlsVersion::tls1_2;
    // Chosen by SNI among their subjectAltNames; the first one as default.
    std::vector<TlsFiles> certificates;
    std::string client_ca;  // PEM file; not empty: a client certificate is requested
};

// The `tls` table of everything that we connect to.
struct TlsClientSettings {
    TlsVersion min_version = TlsVersion::tls1_2;
    std::string ca;                    // PEM file; empty: the system's store
    bool allow_invalid_certs = false;  // encrypts, but to whom is anybody's guess
    std::string cert, private_key;     // PEM files; empty: no client certificate
    std::string name;  // expected in the certificate; empty: the host that was connected to

    static TlsClientSettings read(config::Section& tls);
};

}  // namespace postern::net
