#pragma once

#include <memory>
#include <string>

#include "crypto/hash_pool.hpp"
#include "crypto/secret.hpp"
#include "observe/log.hpp"
#include "postgresql/postgresql_settings.hpp"
#include "postgresql/server.hpp"

namespace postern::postgresql {

// What is written after a login that succeeded. No login waits for it, nor fails with it; when
// there is more to do than a few at a time, it is left for the next login.
class Upkeep : public std::enable_shared_from_this<Upkeep> {
 public:
    Upkeep(std::shared_ptr<const Settings> settings, crypto::HashPool& pool, std::string directory,
           observe::Log& log, net::Executor executor)
        : settings_(std::move(settings)),
          pool_(pool),
          directory_(std::move(directory)),
          log_(log),
          executor_(executor) {}

    // The app password has just been used.
    void touch(std::shared_ptr<Server> server, const std::string& id);
    // Stores the password that has just been proved in today's form.
    void rehash(std::shared_ptr<Server> server, const std::string& name, const crypto::Secret& old,
                const crypto::Secret& password);

 private:
    using Self = std::shared_ptr<Upkeep>;
    void begin(net::Task<> work, std::string_view what);
    static net::Task<> write(Self self, std::shared_ptr<Server> server, std::string_view key,
                             const QueryTemplate* query, Values values);
    static net::Task<> hash_and_write(Self self, std::shared_ptr<Server> server, std::string name,
                                      crypto::Secret old, crypto::Secret password);
    void tell(std::string_view what, std::string_view why);

    std::shared_ptr<const Settings> settings_;
    crypto::HashPool& pool_;
    std::string directory_;
    observe::Log& log_;
    net::Executor executor_;
    std::size_t under_way_ = 0;
    bool hashes_ = false;  // one at a time: it is for the pool of logins
};

}  // namespace postern::postgresql
