// What the tests share that let mail programs send without a pause and count what arrives.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "e2e/site.hpp"
#include "support/certificates.hpp"
#include "support/senders.hpp"

namespace postern::test {

inline constexpr std::size_t senders = 8;

inline std::size_t count_of(std::string_view word, const std::string& text) {
    std::size_t count = 0;
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
        ++count;
    return count;
}

// How often a word stands in a gateway's log. Reads what is new only, for under load a log is long.
class LogCount {
 public:
    LogCount(const Gateway& gateway, std::string word)
        : file_(gateway.directory() / "log"), word_(std::move(word)) {}

    std::size_t operator()() {
        std::ifstream log(file_);
        log.seekg(read_);
        std::string lines{std::istreambuf_iterator<char>(log), {}};
        lines.resize(lines.rfind('\n') + 1);  // the last one may still be written
        read_ += static_cast<std::streamoff>(lines.size());
        return count_ += count_of(word_, lines);
    }

 private:
    const std::filesystem::path file_;
    const std::string word_;
    std::streamoff read_ = 0;
    std::size_t count_ = 0;
};

// A Postfix as people have it behind a gateway: with STARTTLS, and told who each client is.
class TrustedPostfix {
 public:
    TrustedPostfix(const CertificateAuthority& authority, const std::string& name)
        : postfix_(with_tls(authority.issue({.name = name, .names = {"127.0.0.1"}}))) {}

    Postfix* operator->() { return &postfix_; }
    const Postfix* operator->() const { return &postfix_; }

    // [next-hop.mta] of a gateway: all of these, in this order.
    static std::string section(const CertificateAuthority& authority,
                               const std::vector<std::string>& addresses) {
        return fmt::format(
            "[next-hop.mta]\ntype = \"smtp\"\naddress = [\"{}\"]\nidentity = \"xclient\"\n"
            "tls.starttls = \"require\"\ntls.ca = \"{}\"\n",
            fmt::join(addresses, "\", \""), authority.file());
    }

 private:
    static std::string with_tls(const CertificateFiles& files) {
        return fmt::format(
            "smtpd_tls_security_level = may\nsmtpd_tls_cert_file = {}\nsmtpd_tls_key_file = {}\n",
            files.cert, files.key);
    }

    Postfix postfix_;
};

// A gateway with this [next-hop.mta]; at `debug` it would log too much of thousands of messages.
inline std::string settings_with(const std::string& next_hop) {
    auto settings = relay_settings();
    settings.resize(settings.find("[next-hop.mta]"));
    return replaced(settings, "level = \"debug\"", "level = \"info\"") + next_hop;
}

// Where messages can be counted, whichever gateway they came through: a maildir, or a Postfix as
// people have it. Clients of the first talk in the clear, for TLS would cost most of the time;
// those of the second as people's do.
class CountedNextHop {
 public:
    explicit CountedNextHop(Behind behind) : behind_(behind) {
        if (behind == Behind::postfix)
            postfix_ = std::make_unique<TrustedPostfix>(authority_, "mta");
    }

    std::string settings() const {
        if (postfix_)
            return settings_with(TrustedPostfix::section(authority_, {postfix()->address()}));
        const auto drop =
            "[next-hop.mta]\ntype = \"maildir\"\npath = \"" + maildir().string() + "\"\n";
        return replaced(replaced(settings_with(drop), "is_tls", "true"), "require = true",
                        "require = true\nallow-plain-text = true");
    }
    Transport transport() const {
        return behind_ == Behind::postfix ? Transport::starttls : Transport::clear;
    }
    TrustedPostfix& postfix() { return *postfix_; }
    const TrustedPostfix& postfix() const { return *postfix_; }

    // All that will ever be there, once the gateways have nothing more.
    std::vector<Maildir> arrived() const {
        if (!postfix_) return {Maildir(maildir())};
        postfix()->wait_until_idle();
        return {postfix()->mailbox("bob")};
    }

 private:
    std::filesystem::path maildir() const { return directory_ / "mail"; }

    Behind behind_;
    TemporaryDirectory directory_;
    CertificateAuthority authority_{directory_.path()};
    std::unique_ptr<TrustedPostfix> postfix_;
};

inline void expect_no_connection_lost(const Told& told) {
    EXPECT_EQ(told.in_doubt(), 0U);
    EXPECT_EQ(told.broken, 0U);
    EXPECT_EQ(told.refused, 0U);
}

}  // namespace postern::test
