#include "support/dovecot.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <stdexcept>

#include "crypto/base64.hpp"
#include "support/blocking_wire.hpp"
#include "support/eventually.hpp"
#include "support/free_port.hpp"

namespace postern::test {
namespace {

namespace fs = std::filesystem;

// {0}: our directory, {1} and {2}: the ports, {3} and {4}: who may read mail.
constexpr std::string_view usual_settings = R"(
base_dir = {0}/run
state_dir = {0}/state
log_path = {0}/log
protocols = imap
listen = 127.0.0.1
auth_mechanisms = plain
disable_plaintext_auth = no
auth_failure_delay = 0
mail_max_userip_connections = 10000
first_valid_uid = 1
mail_location = maildir:{0}/mail/%u:INDEX=MEMORY
service imap-login {{
  service_count = 0
  chroot =
  inet_listener imap {{
    port = {1}
  }}
  inet_listener imaps {{
    port = {2}
  }}
}}
service imap {{
  service_count = 0
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
passdb {{
  driver = passwd-file
  args = username_format=%u {0}/users
}}
userdb {{
  driver = static
  args = uid={3} gid={4} home={0}/mail/%u
}}
)";

// Nobody is there to relay to: a login does not need that.
constexpr std::string_view submission_settings = R"(
protocols = imap submission lmtp
submission_relay_host = 127.0.0.1
submission_backend_capabilities = 8BITMIME
service submission-login {{
  service_count = 0
  chroot =
  inet_listener submission {{
    port = {0}
  }}
  inet_listener submissions {{
    port = {1}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {2}
  }}
}}
service auth {{
  inet_listener {{
    port = {3}
  }}
}}
)";

constexpr std::string_view tls_settings = R"(
ssl = yes
ssl_cert = <{0}
ssl_key = <{1}
)";

// Who is not root runs all of it as himself.
constexpr std::string_view own_user_settings = R"(
default_internal_user = {0}
default_login_user = {0}
default_internal_group = {1}
)";

struct User {
    std::string name;
    uid_t uid = 0;
    gid_t gid = 0;
};

User mail_user() {
    const auto* entry = ::geteuid() == 0 ? ::getpwnam("nobody") : ::getpwuid(::geteuid());
    if (entry == nullptr) throw std::runtime_error("nobody is no user of this machine");
    return {entry->pw_name, entry->pw_uid, entry->pw_gid};
}

}  // namespace

Dovecot::Dovecot(DovecotOptions options)
    : options_(std::move(options)),
      authority_(std::make_unique<CertificateAuthority>(directory_.path())),
      certificate_(authority_->issue(options_.certificate)),
      port_(free_port()),
      tls_port_(free_port()),
      submission_{free_port(), free_port(), free_port(), free_port()} {
    fs::create_directory(directory_ / "mail");
    fs::permissions(directory_ / "mail", fs::perms(0777));
    write_users();
    start();
}

Dovecot::~Dovecot() {
    if (!process_) return;
    resume();
    stop();
}

std::string Dovecot::crowd_name(int number) {
    return fmt::format("user{:05}@example.org", number);
}
std::string Dovecot::crowd_password(int number) {
    return "password of " + crowd_name(number);
}

void Dovecot::write_users() const {
    auto users = options_.users;
    for (int number = 1; number <= options_.crowd; ++number)
        users.push_back({crowd_name(number), crowd_password(number)});
    std::string lines;
    for (const auto& user : users)
        lines += fmt::format("{}:{{PLAIN.b64}}{}::::::{}\n", user.name,
                             crypto::base64_encode(user.password), user.extra);
    write_file(directory_ / "users", lines);
    fs::permissions(directory_ / "users", fs::perms(0644));
}

void Dovecot::write_settings() const {
    const auto folder = directory_.path().string();
    const auto user = mail_user();
    auto settings = fmt::format(usual_settings, folder, port_, options_.tls ? tls_port_ : 0,
                                user.uid, user.gid);
    settings += options_.tls ? fmt::format(tls_settings, certificate_.cert, certificate_.key)
                             : std::string("ssl = no\n");
    if (options_.submission)
        settings += fmt::format(submission_settings, submission_.submission,
                                options_.tls ? submission_.submissions : 0, submission_.lmtp,
                                submission_.sasl);
    if (::geteuid() != 0) settings += fmt::format(own_user_settings, user.name, user.gid);
    write_file(directory_ / "dovecot.conf", settings + options_.settings);
}

void Dovecot::start() {
    write_settings();
    process_ = std::make_unique<Process>(
        Command{.arguments = {"prlimit", "--nofile=4096", "/usr/sbin/dovecot", "-F", "-c",
                              (directory_ / "dovecot.conf").string()}});
    const auto greets = [&] {
        try {
            BlockingWire wire(port_, 0);
            std::array<char, 64> greeting{};
            const auto patience = BlockingWire::Clock::now() + std::chrono::seconds(5);
            const auto size = wire.read(greeting.data(), greeting.size(), patience);
            return std::string_view(greeting.data(), size).starts_with("* OK");
        } catch (const std::exception&) {
            return false;
        }
    };
    const bool answers = eventually([&] { return !process_->running() || greets(); });
    if (!answers || !process_->running())
        throw std::runtime_error("Dovecot: " + process_->errors() + log());
}

void Dovecot::stop() {
    process_->stop();
    end_processes();
}
void Dovecot::kill() {
    process_->kill();
    end_processes();
}

// What its master has started may outlive it for a moment, and still answer.
void Dovecot::end_processes() const {
    eventually([&] { return ::kill(-process_->pid(), SIGKILL) != 0; });
}

void Dovecot::suspend() {
    ::kill(-process_->pid(), SIGSTOP);
}
void Dovecot::resume() {
    ::kill(-process_->pid(), SIGCONT);
}

void Dovecot::set_certificate(const CertificateRequest& request) {
    certificate_ = authority_->issue(request);
}

std::string Dovecot::log() const {
    return fs::exists(directory_ / "log") ? read_file(directory_ / "log") : "";
}

}  // namespace postern::test
