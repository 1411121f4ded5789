#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace postern::test {

// Paths of PEM files.
struct CertificateFiles {
    std::string cert, key;
};

// What a certificate says. EC P-256, because making an RSA key takes longer than a test.
struct CertificateRequest {
    std::string name;                // the files' stem and the common name
    std::vector<std::string> names;  // subjectAltNames: DNS names and IP addresses
    std::chrono::seconds starts = std::chrono::hours(-1);  // from now
    std::chrono::seconds ends = std::chrono::hours(24);
    bool rsa = false;
};

// A certification authority for tests: signs what it is asked to, into files of one directory.
class CertificateAuthority {
 public:
    // Writes <stem>.pem, a self-signed CA certificate.
    explicit CertificateAuthority(std::filesystem::path directory, const std::string& stem = "ca");
    ~CertificateAuthority();

    const std::string& file() const { return file_; }
    // Writes <name>.pem and <name>.key.
    CertificateFiles issue(const CertificateRequest& request) const;

 private:
    struct Identity;
    std::filesystem::path directory_;
    std::string file_;
    std::unique_ptr<Identity> identity_;
};

// A usual set, made once per test: everything signed by `ca` but for what its name says otherwise.
struct TestCertificates {
    std::string ca, other_ca;
    CertificateFiles server;      // localhost, mail.example.org, 127.0.0.1, ::1
    CertificateFiles expired;     // the same names
    CertificateFiles wrong_name;  // elsewhere.example.com
    CertificateFiles unknown_ca;  // the names of `server`, signed by other_ca
    CertificateFiles client;      // CN=jane
};
TestCertificates write_test_certificates(const std::filesystem::path& directory);

}  // namespace postern::test
