#include "remote/smtp_command.hpp"

#include <string>

#include "crypto/base64.hpp"
#include "remote/plain_response.hpp"

namespace postern::remote {

namespace {

constexpr std::size_t longest_command = 512;  // RFC 5321 4.5.3.1.4, which RFC 4954 section 4 keeps

crypto::Secret line(std::string_view words, std::string_view secret = {}) {
    std::string octets;
    octets.reserve(words.size() + secret.size() + 2);
    octets.append(words).append(secret).append("\r\n");
    return crypto::Secret::take(octets);
}

crypto::Secret in_base64(std::string_view octets) {
    std::string base64 = crypto::base64_encode(octets);
    const crypto::WipeAtEnd wiped(base64);
    return line(base64);
}

}  // namespace

SmtpCommand auth_plain_command(std::string_view login, const crypto::Secret& password) {
    const auto response = plain_response(login, password);
    SmtpCommand lines;
    lines.push_back(line("AUTH PLAIN ", response.reveal()));
    if (lines.front().reveal().size() <= longest_command) return lines;
    lines.front() = line("AUTH PLAIN");
    lines.push_back(line(response.reveal()));
    return lines;
}

SmtpCommand auth_login_command(std::string_view login, const crypto::Secret& password) {
    SmtpCommand lines;
    lines.push_back(line("AUTH LOGIN"));
    lines.push_back(in_base64(login));
    lines.push_back(in_base64(password.reveal()));
    return lines;
}

}  // namespace postern::remote
