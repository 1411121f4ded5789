#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "crypto/sip_hash.hpp"
#include "ldap/ldap_settings.hpp"

namespace postern::ldap {

// What has been heard.
struct HeardChanges {
    std::vector<std::string> accounts;  // as Principal::name has them
    bool everything = false;            // or nobody can tell whose account it was
};

// What is called how, of a whole directory, as far as is needed to tell whom a change is about: of
// each entry three numbers. Servers tell of an entry that is renamed or deleted by its UUID, and
// not what it was called before.
class KnownEntries {
 public:
    explicit KnownEntries(const Settings& settings) : settings_(settings) {}

    // Of an entry that needs to have no more than its name.
    void learn(std::string_view uuid, const Entry& entry);
    // An entry that was added or modified, with all that `attributes` asks for.
    void changed(std::string_view uuid, const Entry& entry, HeardChanges& heard);
    void deleted(std::string_view uuid, HeardChanges& heard);

    // What `changed` needs to know: what an account is made of, and when its password was changed.
    std::vector<std::string> attributes() const;

 private:
    struct Known {
        std::uint64_t name = 0;     // 0: it is nobody's account
        std::uint64_t content = 0;  // 0: not seen yet
    };

    std::string name_of(const Entry& entry) const;
    std::uint64_t number_of(std::string_view octets) const;
    std::uint64_t content_of(const Entry& entry) const;
    bool would_show_passwords(const Entry& entry) const;

    const Settings& settings_;
    crypto::SipHash hash_;
    std::unordered_map<std::uint64_t, Known> entries_;
};

}  // namespace postern::ldap
