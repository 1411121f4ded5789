#include "net/tls_settings.hpp"

namespace postern::net {

TlsVersion read_min_version(config::Section& tls) {
    return tls.choice<TlsVersion>("min-version",
                                  {{"1.0", TlsVersion::tls1_0},
                                   {"1.1", TlsVersion::tls1_1},
                                   {"1.2", TlsVersion::tls1_2},
                                   {"1.3", TlsVersion::tls1_3}},
                                  TlsVersion::tls1_2);
}

TlsClientSettings TlsClientSettings::read(config::Section& tls) {
    TlsClientSettings settings;
    settings.min_version = read_min_version(tls);
    settings.ca = tls.text("ca");
    settings.allow_invalid_certs = tls.boolean("allow-invalid-certs", false);
    settings.cert = tls.text("cert");
    settings.private_key = tls.text("private-key");
    settings.name = tls.text("name");
    return settings;
}

}  // namespace postern::net
