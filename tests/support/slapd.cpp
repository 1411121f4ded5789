#include "support/slapd.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

#include "support/eventually.hpp"
#include "support/free_port.hpp"

namespace postern::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* data_folder = POSTERN_SOURCE_DIR "/tests/support/ldap";

// {0}: our directory, {1}: the folder of the LDIF files, {2}: our user id. The modules are loaded
// whether their overlays are wanted or not, because people.ldif has attributes of theirs.
constexpr std::string_view global_settings = R"(
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/dyngroup.schema
include {1}/mail.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload argon2
moduleload ppolicy
moduleload memberof
moduleload refint
moduleload dynlist
moduleload syncprov
pidfile {0}/pid
argsfile {0}/arguments
authz-regexp gidNumber=[0-9]+\\+uidNumber={2},cn=peercred,cn=external,cn=auth cn=postern,ou=services,dc=example,dc=org
authz-regexp ^cn=([^,]+)$ cn=$1,ou=services,dc=example,dc=org
)";

constexpr std::string_view tls_settings = R"(
TLSCACertificateFile {0}
TLSCertificateFile {1}
TLSCertificateKeyFile {2}
TLSVerifyClient try
)";

// Anonymous StartTLS is let through; ldapi:// counts as 71.
constexpr std::string_view require_tls_settings = "security ssf=71\n";

// dbnosync: what was written outlives the process, not the machine.
constexpr std::string_view database_settings = R"(
database mdb
directory {0}/data
maxsize 268435456
dbnosync
suffix {1}
rootdn {2}
rootpw "{3}"
index objectClass,uid,cn,mail,mailAlias,mailProxyAddress,member,memberUid eq
sizelimit {4}
)";

constexpr std::string_view access_settings = R"(
access to attrs=userPassword
    by dn.exact=cn=verifier,ou=services,dc=example,dc=org read
    by self =wx
    by anonymous auth
access to *
    by dn.children=ou=services,dc=example,dc=org read
    by self read
    by anonymous auth
)";

constexpr std::string_view member_of_settings = R"(
overlay memberof
memberof-dangling ignore
overlay refint
refint_attributes member memberOf
refint_nothing cn=nobody,ou=groups,dc=example,dc=org
)";

constexpr std::string_view policy_settings = R"(
overlay ppolicy
ppolicy_default cn=default,ou=policies,dc=example,dc=org
ppolicy_use_lockout
)";

constexpr std::string_view dynamic_list_settings = R"(
overlay dynlist
dynlist-attrset groupOfURLs memberURL member
)";

std::string collector() {
    std::string ldif =
        "dn: uid=collector,ou=people,dc=example,dc=org\n"
        "objectClass: inetOrgPerson\nobjectClass: mailAccount\n"
        "uid: collector\ncn: Collector\nsn: Collector\n"
        "userPassword: five hundred\nmail: collector@example.org\n";
    for (int alias = 1; alias < 500; ++alias)
        ldif += fmt::format("mailAlias: collector{:03}@example.org\n", alias);
    return ldif;
}

std::string crowd(int people) {
    std::string ldif;
    for (int number = 1; number <= people; ++number) {
        ldif += fmt::format(
            "\ndn: uid={0},ou=crowd,dc=example,dc=org\n"
            "objectClass: inetOrgPerson\nuid: {0}\ncn: {0}\nsn: {0}\n"
            "mail: {0}@example.org\nuserPassword: {1}\n",
            Slapd::crowd_name(number), Slapd::crowd_password(number));
    }
    return ldif;
}

}  // namespace

Slapd::Slapd(SlapdOptions options)
    : options_(std::move(options)),
      authority_(std::make_unique<CertificateAuthority>(directory_.path())),
      port_(free_port()),
      tls_port_(free_port()) {
    write_settings();
    load();
    start();
    add(read_file(fs::path(data_folder) / "groups.ldif"));
}

Slapd::~Slapd() {
    if (!process_) return;
    resume();
    process_->stop();
}

std::string Slapd::url() const {
    return fmt::format("ldap://127.0.0.1:{}", port_);
}
std::string Slapd::ldaps_url() const {
    return fmt::format("ldaps://127.0.0.1:{}", tls_port_);
}
std::string Slapd::ldapi_url() const {
    return ldapi_url_of(directory_ / "socket");
}

CertificateFiles Slapd::client_certificate(const std::string& name) const {
    return authority_->issue({.name = name});
}

std::string Slapd::crowd_name(int number) {
    return fmt::format("user{:05}", number);
}
std::string Slapd::crowd_password(int number) {
    return "password of " + crowd_name(number);
}

void Slapd::write_settings() const {
    auto settings =
        fmt::format(global_settings, directory_.path().string(), data_folder, ::geteuid());
    if (options_.tls) {
        const auto files = authority_->issue(options_.certificate);
        settings += fmt::format(tls_settings, ca(), files.cert, files.key);
    }
    if (options_.require_tls) settings += require_tls_settings;
    settings += fmt::format(database_settings, directory_.path().string(), base(), root_dn(),
                            root_password, options_.size_limit);
    settings += options_.settings + "\n" + options_.access + std::string(access_settings);
    if (options_.member_of) settings += member_of_settings;
    if (options_.policy) settings += policy_settings;
    if (options_.dynamic_lists) settings += dynamic_list_settings;
    if (options_.sync_provider) settings += "overlay syncprov\n";
    write_file(directory_ / "slapd.conf", settings);
}

void Slapd::load() const {
    fs::create_directory(directory_ / "data");
    const auto ldif = directory_ / "people.ldif";
    write_file(ldif, read_file(fs::path(data_folder) / "people.ldif") + "\n" + collector() +
                         crowd(options_.people));
    const auto loaded = run({.arguments = {"/usr/sbin/slapadd", "-q", "-f",
                                           (directory_ / "slapd.conf").string(), "-l", ldif}});
    if (loaded.status != 0) throw std::runtime_error("slapadd: " + loaded.errors);
}

// Its tables are as long as the limit of open files, which some containers set to a thousand
// million.
void Slapd::start() {
    if (process_) earlier_log_ += process_->errors();
    auto listeners = url() + " " + ldapi_url();
    if (options_.tls) listeners += " " + ldaps_url();
    process_ = std::make_unique<Process>(
        Command{.arguments = {"prlimit", "--nofile=4096", "/usr/sbin/slapd", "-d", options_.log,
                              "-f", (directory_ / "slapd.conf").string(), "-h", listeners}});
    const bool answers = eventually(
        [&] { return !process_->running() || ldap_whoami({.url = ldapi_url()}).status == 0; });
    if (!answers || !process_->running()) throw std::runtime_error("slapd: " + log());
}

LdapClient Slapd::root() const {
    return {.url = ldapi_url(),
            .dn = root_dn(),
            .password = std::string(root_password),
            .more = {"-e", "!relax"}};
}

void Slapd::add(std::string_view ldif) {
    ldap_change(root(), ldif);
}
void Slapd::modify(std::string_view ldif) {
    ldap_change(root(), ldif);
}

void Slapd::stop() {
    process_->stop();
}
void Slapd::kill() {
    process_->kill();
}
void Slapd::suspend() {
    process_->suspend();
}
void Slapd::resume() {
    process_->signal(SIGCONT);
}

std::string Slapd::log() const {
    return earlier_log_ + process_->errors();
}

bool Slapd::logs(std::string_view text) const {
    return eventually([&] { return log().find(text) != std::string::npos; },
                      std::chrono::seconds(5));
}

}  // namespace postern::test
