#include "support/samba_ad.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <random>
#include <stdexcept>

#include "support/eventually.hpp"

namespace postern::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* data_folder = POSTERN_SOURCE_DIR "/tests/support/ldap";

// {0}: our directory, {1}: our address, {2}: yes or no. Everything that would otherwise lie in
// /var or /run is named.
constexpr std::string_view settings = R"([global]
netbios name = DC1
realm = CORP.EXAMPLE.ORG
workgroup = CORP
server role = active directory domain controller
server services = ldap
dcerpc endpoint servers =
interfaces = {1}/8
bind interfaces only = yes
private dir = {0}/dc/private
lock directory = {0}/dc
state directory = {0}/dc/state
cache directory = {0}/dc/cache
binddns dir = {0}/dc/bind-dns
pid directory = {0}
ncalrpc dir = {0}/ncalrpc
log file = {0}/log
tls cafile = {0}/ca.pem
tls certfile = {0}/server.pem
tls keyfile = {0}/server.key
ldap server require strong auth = {2}
)";

// Two million to choose from, and nobody else listens there.
std::string some_loopback_address() {
    std::random_device random;
    std::uniform_int_distribution<int> network(64, 95), any(1, 254);
    return fmt::format("127.{}.{}.{}", network(random), any(random), any(random));
}

void must_succeed(const Command& command) {
    const auto finished = run(command, Process::Seconds(180));
    if (finished.status != 0) {
        throw std::runtime_error(command.arguments.front() + ": " + finished.output +
                                 finished.errors);
    }
}

}  // namespace

SambaAd::SambaAd(SambaAdOptions options)
    : options_(options),
      address_(some_loopback_address()),
      authority_(std::make_unique<CertificateAuthority>(directory_.path())) {
    if (::geteuid() != 0) throw std::runtime_error("a test with Samba has to run as root");
    provision();
    write_settings();
    start();
    modify(read_file(fs::path(data_folder) / "active_directory.ldif"));
    age_password("CN=Olga Old,OU=Staff," + base());
}

SambaAd::~SambaAd() {
    if (!process_) return;
    resume();
    process_->stop();
}

void SambaAd::provision() const {
    must_succeed({.arguments = {"samba-tool", "domain", "provision", "-s", "/dev/null", "--quiet",
                                "--targetdir=" + (directory_ / "dc").string(),
                                "--realm=CORP.EXAMPLE.ORG", "--domain=CORP", "--host-name=dc1",
                                "--host-ip=" + address_, "--server-role=dc", "--dns-backend=NONE",
                                fmt::format("--adminpass={}", administrator_password)}});
}

void SambaAd::write_settings() const {
    const auto files = authority_->issue(
        {.name = "server", .names = {address_, "dc1.corp.example.org", "localhost"}});
    fs::permissions(files.key, fs::perms::owner_read | fs::perms::owner_write);  // it insists
    write_file(directory_ / "smb.conf", fmt::format(settings, directory_.path().string(), address_,
                                                    options_.require_tls ? "yes" : "no"));
}

void SambaAd::age_password(const std::string& dn) const {
    must_succeed({.arguments = {"/usr/bin/python3", fmt::format("{}/age_password.py", data_folder),
                                (directory_ / "smb.conf").string(), dn}});
}

// One process for everything, so that signals reach all of it.
void SambaAd::start() {
    if (process_) earlier_log_ = log();
    process_ = std::make_unique<Process>(
        Command{.arguments = {"/usr/sbin/samba", "--foreground", "--no-process-group",
                              "--model=single", "--debug-stdout", "--debuglevel=1", "-s",
                              (directory_ / "smb.conf").string()}});
    const bool answers = eventually([&] {
        return !process_->running() ||
               ldap_search({.url = url(), .more = {"-s", "base"}}, "", {"(objectClass=*)", "1.1"})
                       .status == 0;
    });
    if (!answers || !process_->running()) throw std::runtime_error("samba: " + log());
}

void SambaAd::modify(std::string_view ldif) {
    ldap_change({.url = ldaps_url(),
                 .dn = administrator(),
                 .password = std::string(administrator_password),
                 .ca = ca()},
                ldif);
}

void SambaAd::stop() {
    process_->stop();
}
void SambaAd::kill() {
    process_->kill();
}
void SambaAd::suspend() {
    process_->signal(SIGSTOP);
}
void SambaAd::resume() {
    process_->signal(SIGCONT);
}

std::string SambaAd::log() const {
    return earlier_log_ + process_->output() + process_->errors();
}

}  // namespace postern::test
