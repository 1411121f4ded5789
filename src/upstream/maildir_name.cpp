#include "upstream/maildir_name.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>

#include "crypto/digest.hpp"
#include "crypto/random.hpp"

namespace postern::upstream {

namespace {

constexpr std::size_t longest_readable = 200;
constexpr std::size_t readable_prefix = 120;

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_+=.").find(c) != std::string_view::npos;
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
    std::string shortened = folder.substr(0, readable_prefix);
    if (const auto percent = shortened.rfind('%'); percent + 3 > readable_prefix) {
        shortened.resize(percent);
    }
    return shortened + "%~" + crypto::sha256_hex(folder);
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
    return fmt::format("{}.M{:06}P{}Q{}R{}.{}", now / 1'000'000, now % 1'000'000, ::getpid(),
                       ++counter, crypto::random_id(), shorten(encode(hostname)).substr(0, 128));
}

}  // namespace postern::upstream
