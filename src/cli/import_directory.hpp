#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "cli/administration.hpp"
#include "cli/import_source.hpp"
#include "crypto/hash_pool.hpp"
#include "directory/service.hpp"
#include "observe/log.hpp"

namespace postern::cli {

// Another directory of the settings, whose accounts are read while it serves others.
class ForeignDirectory {
 public:
    // `form`: "ldap" or "sql". `name`: empty when only one could be meant. With a status() other
    // than good it is told on standard error why it cannot be read.
    ForeignDirectory(const std::string& form, const std::string& name,
                     const Surroundings& surroundings);
    int status() const { return status_; }

    // A walk over all accounts; one at a time.
    std::unique_ptr<AccountSource> open();

 private:
    int choose(const std::string& form, const std::string& wanted,
               const Surroundings& surroundings);
    int build(const Surroundings& surroundings);

    std::string name_;
    const crypto::HashLimits limits_;
    directory::PluginLoader plugins_;
    crypto::HashPool hash_pool_{{.threads = 1}};
    // Of what is odd the import tells itself.
    observe::Log log_{observe::LogSettings{observe::Level::error, ""}};
    net::asio::io_context io_{1};
    std::unique_ptr<directory::Service> service_;
    int status_;
};

}  // namespace postern::cli
