#include "support/smtp_client.hpp"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <stdexcept>
#include <utility>

#include "support/secrets.hpp"

namespace postern::test {
namespace {

// OpenSSL writes without MSG_NOSIGNAL, and servers go when they like.
const auto sigpipe_is_ignored = std::signal(SIGPIPE, SIG_IGN);

void expect(int code, const SmtpClient::Reply& reply, std::string_view at) {
    if (reply.code != code) {
        throw std::runtime_error(std::string(at) + ": " + reply.text());
    }
}

}  // namespace

std::string SmtpClient::Reply::text() const {
    std::string result;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        result += std::to_string(code) + (i + 1 < lines.size() ? "-" : " ") + lines[i];
        if (i + 1 < lines.size()) result += "\n";
    }
    return result;
}

bool SmtpClient::Reply::has(std::string_view line) const {
    return std::find(lines.begin(), lines.end(), line) != lines.end();
}

SmtpClient::SmtpClient(std::uint16_t port, std::chrono::milliseconds patience, int receive_buffer)
    : patience_(patience), wire_(std::make_unique<BlockingWire>(port, receive_buffer)) {}

SmtpClient::~SmtpClient() = default;
SmtpClient::SmtpClient(SmtpClient&&) noexcept = default;

BlockingWire::Clock::time_point SmtpClient::deadline() const {
    return BlockingWire::Clock::now() + patience_;
}

SmtpClient::Reply SmtpClient::read_reply() {
    const auto until = deadline();
    Reply reply;
    for (;;) {
        const auto end = unread_.find("\r\n");
        if (end == std::string::npos) {
            std::array<char, 4096> buffer;
            const auto got = wire_->read(buffer.data(), buffer.size(), until);
            if (got == 0) throw Closed("closed instead of a reply; unread: '" + unread_ + "'");
            unread_.append(buffer.data(), got);
            continue;
        }
        const auto line = unread_.substr(0, end);
        unread_.erase(0, end + 2);
        if (line.size() < 3 || !std::all_of(line.begin(), line.begin() + 3,
                                            [](char c) { return c >= '0' && c <= '9'; })) {
            throw std::runtime_error("not a reply: '" + line + "'");
        }
        reply.code = std::stoi(line.substr(0, 3));
        reply.lines.push_back(line.size() > 4 ? line.substr(4) : "");
        if (line.size() == 3 || line[3] == ' ') return reply;
    }
}

void SmtpClient::send(std::string_view octets) {
    wire_->write(octets, deadline());
}

SmtpClient::Reply SmtpClient::command(std::string_view line) {
    send(std::string(line) + "\r\n");
    return read_reply();
}

std::vector<SmtpClient::Reply> SmtpClient::pipeline(const std::vector<std::string>& lines) {
    std::string all;
    for (const auto& line : lines)
        all += line + "\r\n";
    send(all);
    std::vector<Reply> replies;
    while (replies.size() < lines.size())
        replies.push_back(read_reply());
    return replies;
}

void SmtpClient::handshake() {
    wire_->handshake(deadline());
}

bool SmtpClient::is_tls() const {
    return wire_->ssl() != nullptr;
}

std::string SmtpClient::certificate_fingerprint() const {
    auto* certificate = SSL_get1_peer_certificate(wire_->ssl());
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned length = 0;
    X509_digest(certificate, EVP_sha256(), digest.data(), &length);
    X509_free(certificate);
    std::string result;
    for (unsigned i = 0; i < length; ++i) {
        constexpr std::string_view digits = "0123456789abcdef";
        result += {digits[digest[i] >> 4], digits[digest[i] & 15]};
    }
    return result;
}

void SmtpClient::greet(std::string_view name) {
    expect(220, read_reply(), "greeting");
    expect(250, command("EHLO " + std::string(name)), "EHLO");
}

void SmtpClient::start_tls(std::string_view name) {
    greet(name);
    expect(220, command("STARTTLS"), "STARTTLS");
    handshake();
    expect(250, command("EHLO " + std::string(name)), "EHLO under TLS");
}

SmtpClient::Reply SmtpClient::auth_plain(std::string_view login, std::string_view password) {
    return command("AUTH PLAIN " + plain_response(login, password));
}

SmtpClient::Reply SmtpClient::auth_login(std::string_view login, std::string_view password) {
    note_secret(password);
    auto reply = command("AUTH LOGIN");
    if (reply.code != 334 || !reply.has("VXNlcm5hbWU6")) return reply;
    reply = command(base64(login));
    if (reply.code != 334 || !reply.has("UGFzc3dvcmQ6")) return reply;
    return command(base64(password));
}

void SmtpClient::half_close() {
    wire_->half_close();
}

void SmtpClient::reset() {
    wire_->reset();
}

bool SmtpClient::is_closed() {
    const auto until = deadline();
    std::array<char, 4096> buffer;
    try {
        while (wire_->read(buffer.data(), buffer.size(), until) > 0) {
        }
        return true;
    } catch (const TimedOut&) {
        return false;
    }
}

std::string SmtpClient::drain(std::chrono::milliseconds patience) {
    const auto until = BlockingWire::Clock::now() + patience;
    auto result = std::exchange(unread_, {});
    std::array<char, 4096> buffer;
    try {
        while (const auto got = wire_->read(buffer.data(), buffer.size(), until)) {
            result.append(buffer.data(), got);
        }
    } catch (const TimedOut&) {
        // the time is up
    }
    return result;
}

std::string base64(std::string_view octets) {
    std::string result(4 * ((octets.size() + 2) / 3) + 1, '\0');  // EVP adds a NUL
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(result.data()),
                    reinterpret_cast<const unsigned char*>(octets.data()),
                    static_cast<int>(octets.size()));
    result.pop_back();
    return result;
}

std::string plain_response(std::string_view login, std::string_view password) {
    std::string message(1, '\0');
    message += login;
    message += '\0';
    message += password;
    // A short one is only known by all that is said with it.
    note_secret(password.size() < 5 ? std::string_view(message) : password);
    return base64(message);
}

}  // namespace postern::test
