#include "support/gateway.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>

#include "support/eventually.hpp"
#include "support/free_port.hpp"
#include "support/run_record.hpp"
#include "support/secrets.hpp"

namespace postern::test {
namespace {

constexpr std::string_view common_settings = R"(
[server]
hostname = "mail.example.org"
http.bind = ["127.0.0.1:${port:http}"]
[server.listener.submission]
bind = ["127.0.0.1:${port:submission}"]
[server.listener.submissions]
bind = ["127.0.0.1:${port:submissions}"]
tls.implicit = true
[certificate.default]
cert = "${cert}"
private-key = "${key}"
[session.auth]
mechanisms = [ { if = "is_tls", then = "[plain, login]" }, { else = false } ]
directory = "'people'"
require = true
[session.auth.errors]
total = 3
wait = "1s"
[session.limits]
message-size = "60m"
connections-per-network = 1000
[directory.people]
type = "memory"
[[directory.people.principals]]
name = "jane"
secret = "correct horse"
email = ["jane@example.org", "@jane.example"]
member-of = ["sales"]
[[directory.people.principals]]
name = "joe"
secret = "{ARGON2ID}$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$XsYJczaywmoPLZCdgGf/tKLAV/NuReI1ssuBD/ptrF4"
email = ["joe@example.org"]
[[directory.people.principals]]
name = "paul"
secret = "not any more"
email = ["paul@example.org"]
disabled = true
[log]
level = "debug"
file = "${directory}/log"
)";

constexpr std::string_view maildir_hop = R"(
[session.relay]
next-hop = "'drop'"
[next-hop.drop]
type = "maildir"
path = "${directory}/mail"
)";

constexpr std::string_view smtp_hop = R"(
[session.relay]
next-hop = "'mta'"
[next-hop.mta]
type = "smtp"
address = "${next-hop}"
identity = "none"
tls.starttls = "never"
)";

void must_succeed(const Command& command) {
    const auto finished = run(command);
    if (finished.status != 0) {
        throw std::runtime_error(command.arguments.front() + ": " + finished.errors);
    }
}

std::vector<std::string> new_certificate(const std::filesystem::path& key,
                                         const std::filesystem::path& cert) {
    return {
        "openssl", "req",   "-x509", "-newkey", "ec",         "-pkeyopt", "ec_paramgen_curve:P-256",
        "-nodes",  "-days", "2",     "-keyout", key.string(), "-out",     cert.string()};
}

void append(std::vector<std::string>& to, std::initializer_list<std::string> more) {
    to.insert(to.end(), more);
}

std::string last_lines(const std::string& log) {
    constexpr std::size_t most = 2000;
    return log.size() > most ? "..." + log.substr(log.size() - most) : log;
}

bool accepts_connections(std::uint16_t port) {
    try {
        SmtpClient client(port);
        return true;
    } catch (const std::system_error&) {
        return false;
    }
}

}  // namespace

Installation::Installation(std::string_view settings, Values values) : values_(std::move(values)) {
    values_["directory"] = directory_.path().string();
    values_["cert"] = (directory_ / "cert.pem").string();
    values_["key"] = (directory_ / "key.pem").string();
    auto authority = new_certificate(directory_ / "ca-key.pem", directory_ / "ca.pem");
    append(authority, {"-subj", "/CN=Postern test authority"});
    must_succeed({.arguments = authority});
    renew_certificate();
    write_settings(settings);
}

Installation::~Installation() {
    for (const auto& file : std::filesystem::directory_iterator(directory())) {
        if (!file.is_regular_file() || !file.path().filename().string().starts_with("log"))
            continue;
        const auto log = read_file(file.path());
        run_record::add_log(log);
        expect_no_secret(log);
    }
}

void Installation::expect_no_secret(const std::string& told) const {
    const auto passage = told_secret(told, secrets_);
    EXPECT_TRUE(passage.empty()) << "a secret is told: " << passage;
}

void Installation::renew_certificate() const {
    auto leaf = new_certificate(directory_ / "key.new", directory_ / "cert.new");
    append(leaf, {"-subj", "/CN=localhost", "-CA", authority().string(), "-CAkey",
                  (directory_ / "ca-key.pem").string(), "-addext",
                  "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext",
                  "basicConstraints=critical,CA:FALSE"});
    must_succeed({.arguments = leaf});
    write_file(directory_ / "cert.pem",
               read_file(directory_ / "cert.new") + read_file(authority()));
    write_file(directory_ / "key.pem", read_file(directory_ / "key.new"));
}

std::string Installation::certificate_fingerprint() const {
    const auto told = run({.arguments = {"openssl", "x509", "-noout", "-fingerprint", "-sha256",
                                         "-in", (directory_ / "cert.pem").string()}});
    std::string result;
    for (const char c : told.output.substr(told.output.find('=') + 1)) {
        if (std::isxdigit(static_cast<unsigned char>(c))) {
            result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        }
    }
    return result;
}

std::string Installation::value_of(const std::string& name) {
    if (name.starts_with("port:")) {
        const auto listener = name.substr(5);
        if (!ports_.contains(listener)) ports_[listener] = free_port();
        return std::to_string(ports_[listener]);
    }
    return values_.at(name);
}

void Installation::write_settings(std::string_view settings) {
    std::string text(settings);
    for (std::size_t at = 0; (at = text.find("${", at)) != std::string::npos;) {
        const auto end = text.find('}', at);
        const auto value = value_of(text.substr(at + 2, end - at - 2));
        text.replace(at, end - at + 1, value);
        at += value.size();
    }
    write_file(settings_file(), text);
    std::ranges::move(secrets_of(text), std::back_inserter(secrets_));
}

Command Installation::command_line(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), postern_program());
    append(arguments, {"--config", settings_file().string()});
    return {.arguments = std::move(arguments)};
}

Finished Installation::command(std::vector<std::string> arguments, std::string input) const {
    auto command = command_line(std::move(arguments));
    command.input = std::move(input);
    return run(command);
}

Gateway::Gateway(std::string_view settings, Values values)
    : Installation(settings, std::move(values)) {
    start();
}

Gateway::~Gateway() {
    metrics();  // for the record
    process_->signal(SIGTERM);
    const auto status = process_->wait(std::chrono::seconds(15));
    if (!status) {
        ADD_FAILURE() << "the gateway does not end after SIGTERM:\n" << last_lines(log());
    } else if (*status != 0 && !killed_) {
        ADD_FAILURE() << "the gateway ended with status " << *status << ":\n" << last_lines(log());
    }
    const auto errors = process_->errors();
    for (const char* report : {"Sanitizer:", "runtime error:", "Assertion"}) {
        EXPECT_EQ(errors.find(report), std::string::npos) << errors;
    }
    run_record::add_log(process_->output() + errors);
    expect_no_secret(process_->output() + errors);
}

void Gateway::wait_until_listening() {
    for (const auto& [name, number] : ports()) {
        eventually([&] { return !process_->running() || accepts_connections(number); });
    }
    if (!process_->running()) throw std::runtime_error("the gateway does not start: " + log());
}

void Gateway::kill() {
    killed_ = true;
    process_->kill();
}

void Gateway::start() {
    killed_ = false;
    process_ = std::make_unique<Process>(command_line({"serve"}));
    wait_until_listening();
}

SmtpClient Gateway::tls_client() const {
    auto result = client();
    result.start_tls();
    return result;
}

SmtpClient Gateway::authenticated_client() const {
    auto result = tls_client();
    const auto reply = result.auth_plain("jane", jane_password);
    if (reply.code != 235) throw std::runtime_error("AUTH: " + reply.text());
    return result;
}

std::string Gateway::metrics() const {
    const auto http = ports().find("http");
    if (http == ports().end() || !process_->running()) return {};
    const auto deadline = BlockingWire::Clock::now() + std::chrono::seconds(3);
    std::string answer;
    try {
        const BlockingWire wire(http->second, 0);
        wire.write("GET /metrics HTTP/1.0\r\n\r\n", deadline);
        std::array<char, 16384> buffer;
        while (const auto got = wire.read(buffer.data(), buffer.size(), deadline))
            answer.append(buffer.data(), got);
    } catch (const std::exception&) {  // it drains, or stands still
        return {};
    }
    if (!answer.starts_with("HTTP/1.1 200 ")) return {};
    auto page = answer.substr(answer.find("\r\n\r\n") + 4);
    run_record::add_metrics(page);
    return page;
}

double Gateway::metric(const std::string& sample) const {
    const auto page = "\n" + metrics();
    const auto at = page.find("\n" + sample + " ");
    return at == std::string::npos ? 0 : std::stod(page.substr(at + sample.size() + 2));
}

std::string Gateway::log() const {
    const auto file = directory() / "log";
    return process_->output() + process_->errors() +
           (std::filesystem::exists(file) ? read_file(file) : std::string{});
}

std::string postern_program() {
    return POSTERN_BINARY_DIR "/bin/postern";
}

std::string maildir_settings() {
    return std::string(common_settings) + std::string(maildir_hop);
}
std::string replaced(std::string text, std::string_view what, std::string_view by) {
    const auto at = text.find(what);
    if (at == std::string::npos) throw std::invalid_argument("no '" + std::string(what) + "'");
    return text.replace(at, what.size(), by);
}

std::string relay_settings() {
    return std::string(common_settings) + std::string(smtp_hop);
}

}  // namespace postern::test
