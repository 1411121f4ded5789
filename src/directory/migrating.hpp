#pragma once

#include <functional>
#include <memory>
#include <string>

#include "crypto/hash_pool.hpp"
#include "crypto/secret.hpp"
#include "directory/directory.hpp"
#include "directory/domains.hpp"
#include "directory/service.hpp"
#include "observe/log.hpp"

namespace postern::directory {

struct MigratingSettings {
    Domains domains;  // whose accounts may move; "*": everybody whom the old home accepts
};

// Moves people from an old home to a new one as they log in. Whoever the new one knows is its
// business alone; a login that it does not know is checked at the old one and, when that accepts
// it, taken in with the password that was just proved and the addresses of the domains.
class Migrating final : public Directory {
 public:
    struct Homes {
        std::shared_ptr<Service> from, to;
    };
    // What new hashes are like.
    struct Hashing {
        crypto::HashPool& pool;
        std::size_t memory = 0;  // that `hash` takes, octets
        std::function<std::string(const crypto::Secret&)> hash;
    };
    Migrating(Homes homes, MigratingSettings settings, Hashing hashing, observe::Log& log,
              std::string name);
    net::Task<identity::AuthResult> authenticate(const identity::Credentials& credentials) override;
    net::Task<identity::LookupResult> lookup(const identity::Login& login) override;
    Capabilities capabilities() const override;

 private:
    bool may_move(std::string_view domain) const;
    bool restrict_to_domains(identity::Principal& principal) const;
    net::Task<identity::AuthResult> move(identity::Principal principal,
                                         const identity::Credentials& credentials);
    net::Task<AdoptResult> take_in(const identity::Principal& principal,
                                   const crypto::Secret& password);

    Homes homes_;
    MigratingSettings settings_;
    Hashing hashing_;
    observe::Log& log_;
    std::string name_;
};

}  // namespace postern::directory
