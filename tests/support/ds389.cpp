#include "support/ds389.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <stdexcept>

#include "support/eventually.hpp"
#include "support/free_port.hpp"

namespace postern::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* template_file = "/usr/share/dirsrv/data/template-dse.ldif";
constexpr const char* distributed_settings = "/etc/dirsrv";
constexpr const char* people = POSTERN_SOURCE_DIR "/tests/support/ldap/ds389.ldif";

// "root secret"; the server takes no other than a hash from a file.
constexpr const char* hashed_root_password = "{SSHA}tLBjEcL+sMczztHWtQdgU/5+IGZzYWx0c2FsdA==";

// {0}: our port for TLS.
constexpr std::string_view listening_settings = R"(nsslapd-listenhost: 127.0.0.1
nsslapd-securelistenhost: 127.0.0.1
nsslapd-secureport: {0}
nsslapd-security: on
nsslapd-cache-autosize: 0
)";

// What dscreate would add once the server runs.
constexpr std::string_view backend_settings = R"(
dn: cn=userroot,cn=ldbm database,cn=plugins,cn=config
objectClass: top
objectClass: extensibleObject
objectClass: nsBackendInstance
cn: userroot
nsslapd-suffix: dc=example,dc=org

dn: cn="dc=example,dc=org",cn=mapping tree,cn=config
objectClass: top
objectClass: extensibleObject
objectClass: nsMappingTree
cn: "dc=example,dc=org"
nsslapd-state: backend
nsslapd-backend: userroot
)";

void must_succeed(const std::vector<std::string>& arguments) {
    const auto finished = run({.arguments = arguments});
    if (finished.status != 0)
        throw std::runtime_error(arguments.front() + ": " + finished.output + finished.errors);
}

void replace_every(std::string& text, std::string_view what, std::string_view by) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
        text.replace(at, what.size(), by);
}

void insert_before(std::string& text, std::string_view what, std::string_view addition) {
    text.insert(text.find(what), addition);
}

void enable_plugin(std::string& text, std::string_view name) {
    constexpr std::string_view off = "nsslapd-pluginenabled: off";
    const auto entry = text.find(fmt::format("\ncn: {}\n", name));
    text.replace(text.find(off, entry), off.size(), "nsslapd-pluginenabled: on");
}

std::string own_name() {
    const auto* account = ::getpwuid(::geteuid());
    return account ? account->pw_name : "root";
}

}  // namespace

Ds389::Ds389()
    : authority_(std::make_unique<CertificateAuthority>(directory_.path())),
      port_(free_port()),
      tls_port_(free_port()) {
    for (const char* folder : {"settings", "data", "log", "lock", "run", "ldif", "backup", "tmp"})
        fs::create_directory(directory_ / folder);
    write_settings();
    write_certificates();
    start();
    modify(read_file(people));
}

Ds389::~Ds389() {
    if (!process_) return;
    resume();
    process_->stop();
}

std::string Ds389::url() const {
    return fmt::format("ldap://127.0.0.1:{}", port_);
}
std::string Ds389::ldaps_url() const {
    return fmt::format("ldaps://127.0.0.1:{}", tls_port_);
}
std::string Ds389::ldapi_url() const {
    return ldapi_url_of(directory_ / "socket");
}

void Ds389::write_settings() const {
    const auto folder = [&](std::string_view name) { return (directory_ / name).string(); };
    const std::map<std::string, std::string> values{{"schema_dir", folder("settings") + "/schema"},
                                                    {"lock_dir", folder("lock")},
                                                    {"tmp_dir", folder("tmp")},
                                                    {"cert_dir", folder("settings")},
                                                    {"ldif_dir", folder("ldif")},
                                                    {"bak_dir", folder("backup")},
                                                    {"run_dir", folder("run")},
                                                    {"inst_dir", directory_.path().string()},
                                                    {"log_dir", folder("log")},
                                                    {"fqdn", "localhost"},
                                                    {"ds_port", std::to_string(port_)},
                                                    {"ds_user", own_name()},
                                                    {"rootdn", root_dn()},
                                                    {"ds_passwd", hashed_root_password},
                                                    {"ldapi_enabled", "on"},
                                                    {"ldapi", folder("socket")},
                                                    {"ldapi_autobind", "on"},
                                                    {"ds_suffix", base()},
                                                    {"config_dir", folder("settings")},
                                                    {"db_dir", folder("data")},
                                                    {"db_home_dir", folder("data")},
                                                    {"db_lib", "bdb"}};
    auto settings = read_file(template_file);
    for (const auto& [name, value] : values)
        replace_every(settings, "%" + name + "%", value);
    insert_before(settings, "nsslapd-port:", fmt::format(listening_settings, tls_port_));
    enable_plugin(settings, "MemberOf Plugin");
    while (settings.ends_with("\n\n"))
        settings.pop_back();  // two empty lines end the file for the server
    write_file(directory_ / "settings/dse.ldif", settings + std::string(backend_settings));

    fs::copy(fs::path(distributed_settings) / "schema", directory_ / "settings/schema");
    for (const char* file : {"slapd-collations.conf", "certmap.conf"})
        fs::copy(fs::path(distributed_settings) / "config" / file, directory_ / "settings" / file);
}

// TLS is NSS here, which has its keys in a database of its own.
void Ds389::write_certificates() const {
    const auto files = authority_->issue({.name = "server", .names = {"localhost", "127.0.0.1"}});
    const auto database = "sql:" + (directory_ / "settings").string();
    const auto bundle = (directory_ / "server.p12").string();
    must_succeed({"certutil", "-N", "-d", database, "--empty-password"});
    must_succeed(
        {"certutil", "-A", "-d", database, "-n", "authority", "-t", "CT,,", "-a", "-i", ca()});
    must_succeed({"openssl", "pkcs12", "-export", "-in", files.cert, "-inkey", files.key, "-name",
                  "Server-Cert", "-passout", "pass:", "-out", bundle});
    must_succeed({"pk12util", "-d", database, "-i", bundle, "-K", "", "-W", ""});
}

void Ds389::start() {
    process_ = std::make_unique<Process>(
        Command{.arguments = {"/usr/sbin/ns-slapd", "-D", (directory_ / "settings").string(), "-i",
                              (directory_ / "pid").string(), "-d", "0"}});
    const bool answers = eventually(
        [&] { return !process_->running() || ldap_whoami({.url = ldapi_url()}).status == 0; });
    if (!answers || !process_->running()) throw std::runtime_error("ns-slapd: " + log());
}

void Ds389::modify(std::string_view ldif) {
    ldap_change({.url = ldapi_url(), .dn = root_dn(), .password = std::string(root_password)},
                ldif);
}

void Ds389::stop() {
    process_->stop();
}
void Ds389::kill() {
    process_->kill();
}
void Ds389::suspend() {
    process_->signal(SIGSTOP);
}
void Ds389::resume() {
    process_->signal(SIGCONT);
}

std::string Ds389::log() const {
    const auto file = directory_ / "log/errors";
    return process_->errors() + (fs::exists(file) ? read_file(file) : std::string{});
}

}  // namespace postern::test
