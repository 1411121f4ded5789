#include "upstream/maildir_name.hpp"

#include <fmt/format.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <span>

namespace postern::upstream {

namespace {

constexpr std::size_t longest_readable = 200;
constexpr std::size_t readable_prefix = 120;

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_+=.").find(c) != std::string_view::npos;
}

std::string hex(std::span<const unsigned char> octets) {
    std::string text;
    for (const auto octet : octets)
        text += fmt::format("{:02X}", octet);
    return text;
}

std::string encode(std::string_view text) {
    std::string encoded;
    for (const char c : text) {
        if (is_plain(c) && !(c == '.' && encoded.empty())) {
            encoded += c;
        } else {
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return encoded;
}

std::string shorten(const std::string& folder) {
    if (folder.size() <= longest_readable) return folder;
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
    SHA256(reinterpret_cast<const unsigned char*>(folder.data()), folder.size(), digest.data());
    std::string shortened = folder.substr(0, readable_prefix);
    if (const auto percent = shortened.rfind('%'); percent + 3 > readable_prefix) {
        shortened.resize(percent);
    }
    return shortened + "%~" + hex(digest);
}

}  // namespace

std::string maildir_folder(const address::Mailbox& mailbox) {
    std::string folder = encode(mailbox.local_part);
    if (!mailbox.domain.empty()) folder += "@" + encode(mailbox.domain);
    return shorten(folder);
}

std::string maildir_unique_name(std::string_view hostname) {
    static std::atomic<std::uint64_t> counter{0};
    using namespace std::chrono;
    const auto now = duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
    std::array<unsigned char, 8> random;
    RAND_bytes(random.data(), static_cast<int>(random.size()));
    return fmt::format("{}.M{:06}P{}Q{}R{}.{}", now / 1'000'000, now % 1'000'000, ::getpid(),
                       ++counter, hex(random), shorten(encode(hostname)).substr(0, 128));
}

}  // namespace postern::upstream
