#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "directory/stack.hpp"
#include "support/captured_log.hpp"

namespace postern::test {

// A configured directory with its real backend and all that stands around it, to be asked from a
// test's own thread.
class DirectoryHost {
 public:
    // `settings`: the lines below [directory.people]. Throws std::runtime_error with all mistakes.
    explicit DirectoryHost(std::string_view settings);

    identity::AuthResult authenticate(std::string_view login, std::string_view password);
    identity::LookupResult lookup(std::string_view login);
    // In one line: "accepted jane", "rejected bad_credentials jane", "unavailable directory".
    std::string outcome(std::string_view login, std::string_view password);
    // Of a lookup: "found jane", "rejected disabled paul", "unavailable question".
    std::string outcome(std::string_view login);
    // Of an answer that is none: what the operator reads.
    std::string why(std::string_view login, std::string_view password);
    // What `postern check --connect` tells: "warning ldap://ldap.internal locks ..." each.
    std::vector<std::string> findings();
    // Of an accepted login or of a lookup; throws when there is none.
    identity::Principal principal(std::string_view login, std::string_view password);
    identity::Principal principal(std::string_view login);

    // What was wrong with the settings at start: "query.emails: 127.0.0.1:5432: ..." each.
    const std::vector<std::string>& faults() const { return faults_; }
    // All accounts, in pages of at most so many.
    struct Listing {
        std::vector<directory::ListedAccount> accounts;
        std::size_t pages = 0;
        std::string why;  // it broke off
        // Throws when there is not exactly one of that name.
        const directory::ListedAccount& of(std::string_view name) const;
    };
    Listing accounts(std::size_t most = 500);

    directory::Service& service() { return *service_; }
    std::string log() const { return log_.text(); }
    void set_log_level(observe::Level level) { log_.set_level(level); }  // debug from the start

    // What is wrong with such settings, "file:line:column: what; hint" each.
    static std::vector<std::string> mistakes(std::string_view settings);

 private:
    DirectoryHost() = default;
    std::vector<std::string> build(std::string_view settings);

    CapturedLog log_;
    directory::PluginLoader loader_{POSTERN_BINARY_DIR "/lib/postern/backends"};
    crypto::HashPool hash_pool_{{.threads = 1}};
    std::unique_ptr<directory::Service> service_;
    std::vector<std::string> faults_;
};

std::string in_words(const identity::AuthResult& answer);
std::string in_words(const identity::LookupResult& answer);

}  // namespace postern::test
