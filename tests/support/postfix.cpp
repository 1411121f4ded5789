#include "support/postfix.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <system_error>

#include "support/eventually.hpp"
#include "support/free_port.hpp"
#include "support/smtp_client.hpp"

namespace postern::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* daemon_directory = "/usr/lib/postfix/sbin";

// smtpd_tls_auth_only without TLS: no SASL mechanism is looked for, but a login that comes by
// XCLIENT counts.
constexpr std::string_view main_cf = R"(
compatibility_level = 3.6
queue_directory = {0}/queue
data_directory = {0}/data
maillog_file = {0}/data/log
maillog_file_prefixes = {0}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mta.example.net
mydestination = example.org
mynetworks = 127.0.0.0/8
smtpd_authorized_xclient_hosts = 127.0.0.0/8
smtpd_sasl_auth_enable = yes
smtpd_tls_auth_only = yes
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_error_sleep_time = 0
local_transport = inbox
local_recipient_maps = texthash:{0}/etc/recipients
default_transport = outside
relay_transport = outside
alias_maps =
alias_database =
smtputf8_enable = yes
message_size_limit = 104857600
mailbox_size_limit = 0
virtual_mailbox_limit = 0
virtual_mailbox_base = {0}/mail
virtual_uid_maps = static:{1}
virtual_gid_maps = static:{2}
)";

constexpr std::string_view master_cf = R"(
127.0.0.1:{1} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
inbox unix - n n - - virtual -o virtual_mailbox_maps=texthash:{0}/etc/recipients
outside unix - n n - - virtual -o virtual_mailbox_maps=static:outside/
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
)";

const passwd& account(const char* name) {
    const auto* found = ::getpwnam(name);
    if (!found)
        throw std::runtime_error(std::string("no account ") + name + ": is Postfix installed?");
    return *found;
}

void make_folder(const fs::path& path, uid_t owner, gid_t group, unsigned mode) {
    fs::create_directory(path);
    if (::chown(path.c_str(), owner, group) != 0) {
        throw std::system_error(errno, std::generic_category(), "chown " + path.string());
    }
    fs::permissions(path, static_cast<fs::perms>(mode));
}

// cleanup(8) makes a queue file executable when it is complete; what a killed Postfix has left
// behind incomplete is no mail.
bool holds_mail(const fs::path& queue) {
    for (const auto& entry : fs::recursive_directory_iterator(queue)) {
        std::error_code gone;
        const auto status = entry.status(gone);
        if (!gone && fs::is_regular_file(status) &&
            (status.permissions() & fs::perms::owner_exec) != fs::perms::none) {
            return true;
        }
    }
    return false;
}

}  // namespace

Postfix::Postfix(std::string_view settings) : port_(free_port()) {
    if (::geteuid() != 0) throw std::runtime_error("a test with Postfix has to run as root");
    write_settings(settings);
    make_queue();
    start();
}

Postfix::~Postfix() {
    if (master_) master_->stop();
}

void Postfix::write_settings(std::string_view settings) const {
    const auto base = directory_.path().string();
    const auto& nobody = account("nobody");
    make_folder(directory_ / "etc", 0, 0, 0755);
    write_file(
        directory_ / "etc/main.cf",
        fmt::format(main_cf, base, nobody.pw_uid, nobody.pw_gid) + std::string(settings) + "\n");
    write_file(directory_ / "etc/master.cf", fmt::format(master_cf, base, port_));
    write_file(directory_ / "etc/recipients", "bob@example.org bob/\ncarol@example.org carol/\n");
}

// What `postfix check` would make, in a fiftieth of the time.
void Postfix::make_queue() const {
    const auto owner = account("postfix").pw_uid;
    const auto* group = ::getgrnam("postdrop");
    if (!group) throw std::runtime_error("no group postdrop: is Postfix installed?");
    const auto postdrop = group->gr_gid;
    const auto nobody = account("nobody").pw_uid;

    make_folder(directory_ / "data", owner, 0, 0700);
    make_folder(directory_ / "mail", nobody, 0, 0755);
    make_folder(directory_ / "queue", 0, 0, 0755);
    make_folder(directory_ / "queue/pid", 0, 0, 0755);
    make_folder(directory_ / "queue/maildrop", owner, postdrop, 0730);
    make_folder(directory_ / "queue/public", owner, postdrop, 0710);
    for (const char* name : {"active", "bounce", "corrupt", "defer", "deferred", "flush", "hold",
                             "incoming", "private", "saved", "trace"}) {
        make_folder(directory_ / "queue" / name, owner, 0, 0700);
    }
}

void Postfix::start() {
    master_ = std::make_unique<Process>(
        Command{.arguments = {fmt::format("{}/master", daemon_directory), "-c",
                              (directory_ / "etc").string(), "-d"}});
    wait_for_greeting();
}

void Postfix::wait_for_greeting() {
    const bool greets = eventually([&] {
        if (!master_->running()) return true;
        try {
            return SmtpClient(port_).read_reply().code == 220;
        } catch (const std::exception&) {
            return false;
        }
    });
    if (!greets || !master_->running()) {
        throw std::runtime_error("Postfix does not start: " + master_->errors() + log());
    }
}

Maildir Postfix::mailbox(std::string_view local_part) const {
    return Maildir(directory_ / "mail" / local_part);
}

Maildir Postfix::outside() const {
    return Maildir(directory_ / "mail/outside");
}

// A Postfix that was stopped in the middle has put off what it was delivering.
void Postfix::wait_until_idle() const {
    const auto is_idle = [&] {
        for (const char* name : {"maildrop", "incoming", "active", "deferred"}) {
            if (holds_mail(directory_ / "queue" / name)) return false;
        }
        return true;
    };
    for (int tries = 0; tries < 10; ++tries) {
        if (eventually(is_idle, std::chrono::seconds(2))) return;
        run({.arguments = {"postqueue", "-c", (directory_ / "etc").string(), "-f"}});
    }
    throw std::runtime_error("Postfix keeps mail in its queue: " + log());
}

std::string Postfix::log() const {
    const auto file = directory_ / "data/log";
    return fs::exists(file) ? read_file(file) : std::string{};
}

bool Postfix::logs(std::string_view text) const {
    return eventually([&] { return log().find(text) != std::string::npos; },
                      std::chrono::seconds(5));
}

void Postfix::stop() {
    master_->stop();
}

void Postfix::kill() {
    master_->kill();
}

}  // namespace postern::test
