#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/maildir.hpp"
#include "support/process.hpp"
#include "support/smtp_client.hpp"
#include "support/temporary_directory.hpp"

namespace postern::test {

// A directory with a settings file, a certification authority and a certificate for localhost and
// 127.0.0.1. In the settings text `${port:NAME}` stands for a free port, the same for each NAME,
// `${directory}` for the directory, `${cert}` and `${key}` for the certificate's files, `${NAME}`
// for what `values` has. At the end no `log` file in it may tell a secret of the settings, or one
// that a client of this process has sent.
class Installation {
 public:
    using Values = std::map<std::string, std::string>;
    explicit Installation(std::string_view settings, Values values = {});
    ~Installation();
    Installation(const Installation&) = delete;
    Installation& operator=(const Installation&) = delete;

    std::filesystem::path settings_file() const { return directory_ / "postern.toml"; }
    std::filesystem::path directory() const { return directory_.path(); }
    std::filesystem::path authority() const { return directory_ / "ca.pem"; }
    std::uint16_t port(const std::string& name = "submission") const { return ports_.at(name); }
    const std::map<std::string, std::uint16_t>& ports() const { return ports_; }
    void write_settings(std::string_view settings);
    // A new certificate and key from the same authority, in the same files.
    void renew_certificate() const;
    // The fingerprint of the certificate that is in the file now, as SmtpClient tells it.
    std::string certificate_fingerprint() const;

    // `postern ARGUMENT... --config FILE`, for a Process; and to its end.
    Command command_line(std::vector<std::string> arguments) const;
    Finished command(std::vector<std::string> arguments, std::string input = "") const;

 protected:
    void expect_no_secret(const std::string& told) const;

 private:
    std::string value_of(const std::string& name);

    TemporaryDirectory directory_;
    Values values_;
    std::vector<std::string> secrets_;  // of all settings it has had
    std::map<std::string, std::uint16_t> ports_;
};

// The built gateway, `postern serve`, listening on all `${port:NAME}` of its settings when the
// constructor returns. The destructor ends it with SIGTERM (unless the test has killed it) and
// makes the test fail when that takes long, when the exit status is not 0, when a sanitizer has
// reported something or when its output tells a secret.
class Gateway final : public Installation {
 public:
    explicit Gateway(std::string_view settings, Values values = {});
    ~Gateway();

    Process& process() { return *process_; }
    pid_t pid() const { return process_->pid(); }
    SmtpClient client(const std::string& listener = "submission") const {
        return SmtpClient(port(listener));
    }
    // A client under STARTTLS that has said EHLO, and AUTH PLAIN as jane.
    SmtpClient tls_client() const;
    SmtpClient authenticated_client() const;

    // Standard output, standard error and ${directory}/log.
    std::string log() const;
    // The page /metrics at ${port:http}; empty when the settings have none, or nobody answers.
    std::string metrics() const;
    // One of its samples, "postern_sessions" or with all labels as they stand there; 0: none.
    double metric(const std::string& sample) const;
    Maildir maildir() const { return Maildir(directory() / "mail"); }
    void reload() { process_->signal(SIGHUP); }
    void drain() { process_->signal(SIGTERM); }
    void kill();
    void start();  // again, with the same settings and ports

 private:
    void wait_until_listening();

    std::unique_ptr<Process> process_;
    bool killed_ = false;
};

// Path of the built program.
std::string postern_program();

// Settings of a gateway with listeners `submission` and `submissions`, the accounts below, and
// `errors.wait` of one second. The mail goes to ${directory}/mail, or to an SMTP server at
// ${next-hop}.
std::string maildir_settings();
std::string relay_settings();
// `text` with the first `what` in it replaced; throws std::invalid_argument when there is none.
std::string replaced(std::string text, std::string_view what, std::string_view by);

// The accounts in both: jane owns jane@example.org and all of jane.example; joe owns
// joe@example.org and his secret is stored as argon2id; paul is disabled.
inline constexpr std::string_view jane_password = "correct horse";
inline constexpr std::string_view joe_password = "battery staple";
inline constexpr std::string_view paul_password = "not any more";

}  // namespace postern::test
