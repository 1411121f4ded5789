#include "cache/keys.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "cache/wire.hpp"
#include "crypto/base64.hpp"
#include "crypto/hex.hpp"
#include "crypto/sealed_box.hpp"

namespace postern::cache {
namespace {

constexpr std::size_t key_of_record = crypto::box_key_size;
constexpr std::size_t size_class = 256;
constexpr char seal_version = 1;

std::string with_length(std::string_view text) {
    Writer writer("");
    writer.text(text);
    return writer.take();
}

std::string_view whole(std::string_view cache_key) {
    if (cache_key.size() != Keys::key_size) throw std::invalid_argument("cache.key has 32 octets");
    return cache_key;
}

std::string padded(std::string_view plain) {
    auto text = with_length(plain);
    text.resize((text.size() + size_class - 1) / size_class * size_class, '\0');
    return text;
}

std::optional<std::string> unpadded(std::string_view text) {
    Reader reader(text);
    const auto plain = reader.text();
    if (!reader.good() || padded(plain) != text) return std::nullopt;
    return std::string(plain);
}

std::string_view view(const crypto::Hmac::Octets& octets) {
    return {octets.data(), octets.size()};
}

Verifier verifier_of(const crypto::Hmac& hmac, std::string_view whose,
                     const crypto::Secret& password) {
    const auto octets = hmac({with_length(whose), password.reveal()});
    Verifier verifier;
    std::copy_n(octets.begin(), verifier.octets.size(), verifier.octets.begin());
    return verifier;
}

}  // namespace

// The keys of one directory's names and verifiers: all of one kind, and each of one purpose.
class Keys::Purposes {
 public:
    Purposes(const crypto::Secret& cache_key, std::string_view directory,
             std::string_view fingerprint)
        : keys_(whole(cache_key.reveal()), "postern cache"),
          settings_(with_length(directory) + with_length(fingerprint)) {}

    crypto::Hmac hmac(std::string_view purpose) const {
        return crypto::Hmac(
            keys_.expand({with_length(purpose), settings_}, crypto::Hmac::size).reveal());
    }
    crypto::Hkdf seals() const {
        return crypto::Hkdf(
            keys_.expand({with_length("seals of records")}, crypto::Hmac::size).reveal());
    }

 private:
    crypto::Hkdf keys_;
    std::string settings_;
};

Keys::Keys(const crypto::Secret& cache_key, std::string_view directory,
           std::string_view fingerprint)
    : Keys(Purposes(cache_key, directory, fingerprint), directory) {}

Keys::Keys(const Purposes& purposes, std::string_view directory)
    : prefix_("postern:" + std::string(directory) + ":"),
      not_before_record_(prefix_ + "n"),
      seals_(purposes.seals()),
      logins_(purposes.hmac("names of logins")),
      accounts_(purposes.hmac("names of accounts")),
      counters_(purposes.hmac("names of counters")),
      verifiers_(purposes.hmac("verifiers of accounts")),
      login_verifiers_(purposes.hmac("verifiers of logins")) {}

std::string Keys::name(char kind, const crypto::Hmac::Octets& hmac) const {
    return prefix_ + kind + ":" + crypto::hex(view(hmac));
}

std::string Keys::login_record(std::string_view login) const {
    return name('l', logins_({login}));
}

std::string Keys::account_record(std::string_view account) const {
    return name('a', accounts_({account}));
}

std::string Keys::counter(std::string_view purpose, std::string_view whose) const {
    return name('g', counters_({with_length(purpose), whose}));
}

Verifier Keys::verifier(std::string_view account, const crypto::Secret& password) const {
    return verifier_of(verifiers_, account, password);
}

Verifier Keys::login_verifier(std::string_view login, const crypto::Secret& password) const {
    return verifier_of(login_verifiers_, login, password);
}

std::string Keys::seal(std::string_view record, std::string_view plain) const {
    const auto key = seals_.expand({record}, key_of_record);
    auto sealed = seal_version + crypto::seal_box(key, record, padded(plain));
    if (sealed.size() > longest_sealed) throw std::length_error("too long to be sealed");
    return sealed;
}

std::optional<std::string> Keys::open(std::string_view record, std::string_view sealed) const {
    if (sealed.empty() || sealed.size() > longest_sealed || sealed.front() != seal_version)
        return std::nullopt;
    const auto key = seals_.expand({record}, key_of_record);
    const auto text = crypto::open_box(key, record, sealed.substr(1));
    return text ? unpadded(*text) : std::nullopt;
}

std::optional<crypto::Secret> read_cache_key(const crypto::Secret& base64) {
    auto octets = crypto::base64_decode(base64.reveal());
    if (!octets) return std::nullopt;
    auto key = crypto::Secret::take(*octets);
    if (key.reveal().size() != Keys::key_size) return std::nullopt;
    return key;
}

}  // namespace postern::cache
