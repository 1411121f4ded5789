#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "support/certificates.hpp"
#include "support/process.hpp"

namespace postern::test {

// Who asks an LDAP server, and how. Without a DN it is nobody.
struct LdapClient {
    std::string url;
    std::string dn = {}, password = {};
    std::string ca = {};                 // PEM file of whom to trust
    CertificateFiles certificate = {};   // ours
    bool start_tls = false;              // or fail
    std::vector<std::string> more = {};  // further options, as of ldapsearch(1)
    bool external = false;               // SASL EXTERNAL instead of a simple bind
};

// ldap-utils, undisturbed by what this machine has configured for them. The status is the LDAP
// result code.
Finished ldap_whoami(const LdapClient& client);
// `question`: a filter and the attributes wanted. The output is LDIF without comments and folding.
Finished ldap_search(const LdapClient& client, const std::string& base,
                     const std::vector<std::string>& question);
// Throws std::runtime_error with the words of the tool when not all of it is done.
void ldap_change(const LdapClient& client, std::string_view ldif);

// ldapi:// with the path of its socket.
std::string ldapi_url_of(const std::filesystem::path& socket);

}  // namespace postern::test
