// Backends that settings may name before they are installed: which keys they have and what they can
// do. So `postern check` judges such settings, and `serve` says what is missing.
#pragma once

#include <string>
#include <string_view>

#include "config/section.hpp"
#include "directory/directory.hpp"
#include "observe/log.hpp"

namespace postern::directory {

// A directory whose backend is not there.
struct MissingBackend {
    std::string directory, type;
};

struct KnownBackend {
    std::string_view type;
    Capabilities capabilities;
    // Asks for every key of the backend; mistakes become Problems. Whether the section is
    // [directory.x] or the older [remote.x] shows in `type_key`.
    void (*read)(config::Section& section, std::string_view type_key, observe::Log& log);
};

const KnownBackend* find_known_backend(std::string_view type);

// Stands in for the backend: it can all that the backend can, but answer.
class Absent final : public Directory {
 public:
    explicit Absent(const KnownBackend& backend) : backend_(backend) {}
    net::Task<identity::AuthResult> authenticate(const identity::Credentials& credentials) override;
    net::Task<identity::LookupResult> lookup(const identity::Login& login) override;
    Capabilities capabilities() const override { return backend_.capabilities; }

 private:
    const KnownBackend& backend_;
};

}  // namespace postern::directory
