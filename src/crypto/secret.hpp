// crypto: what touches passwords and keys. Secret holds one and wipes it, password_hash checks one
// against a stored form, hash_pool bounds what that may cost. Values, but for the pool, which is
// called from every directory's thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace postern::crypto {

// Octets that are wiped when they go: move-only, not streamable, not formattable.
class Secret {
 public:
    Secret() = default;
    explicit Secret(std::string_view octets) : octets_(octets) {}
    // Takes the octets over and wipes where they came from.
    static Secret take(std::string& octets);

    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret();

    Secret copy() const { return Secret(octets_); }
    // The octets, for the one place that needs them; the view dies with the Secret.
    std::string_view reveal() const { return octets_; }
    bool empty() const { return octets_.empty(); }

 private:
    std::string octets_;
};

// Wipes the string's whole capacity and empties it.
void wipe(std::string& octets);
// Wipes these octets where they are.
void wipe(std::span<char> octets);

// Wipes a string at the end of the scope, however that is left.
class WipeAtEnd {
 public:
    explicit WipeAtEnd(std::string& octets) : octets_(octets) {}
    ~WipeAtEnd() { wipe(octets_); }
    WipeAtEnd(const WipeAtEnd&) = delete;
    WipeAtEnd& operator=(const WipeAtEnd&) = delete;

 private:
    std::string& octets_;
};

// Takes the same time for every content of equal length; the lengths themselves are not hidden.
bool constant_time_equal(std::string_view left, std::string_view right);

}  // namespace postern::crypto
