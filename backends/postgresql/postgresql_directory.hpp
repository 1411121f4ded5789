#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "directory/password_check.hpp"
#include "directory/plugin.hpp"
#include "postgresql/server.hpp"
#include "postgresql/upkeep.hpp"

namespace postern::postgresql {

// Asks PostgreSQL servers. A whole question goes to one server; when that fails, to the next.
class PostgresqlDirectory final : public directory::Directory {
 public:
    PostgresqlDirectory(const directory::BackendContext& context, Settings settings);
    ~PostgresqlDirectory() override;
    net::Task<identity::AuthResult> authenticate(const identity::Credentials& credentials) override;
    net::Task<identity::LookupResult> lookup(const identity::Login& login) override;
    directory::Capabilities capabilities() const override;
    net::Task<directory::AdoptResult> adopt(const directory::Newcomer& newcomer) override;
    net::Task<directory::ListResult> accounts(const directory::PageWanted& wanted) override;
    net::Task<directory::Findings> examine() override;
    net::Task<directory::Findings> start(net::Deadline deadline) override;
    net::Task<> watch(directory::Changes& changes) override;

 private:
    void begin();
    using ServerPtr = std::shared_ptr<Server>;
    template <class Result>
    using Question = std::function<net::Task<Result>(ServerPtr)>;
    template <class Result>
    net::Task<Result> ask(Question<Result> question, std::chrono::milliseconds patience);
    std::vector<ServerPtr> candidates() const;
    std::string why_nobody() const;

    // One question, at one server.
    net::Task<identity::AuthResult> prove(ServerPtr server,
                                          const identity::Credentials& credentials);
    net::Task<identity::LookupResult> look_up(ServerPtr server, const identity::Login& login);
    net::Task<directory::AdoptResult> take_in(ServerPtr server,
                                              const directory::Newcomer& newcomer);
    net::Task<directory::ListResult> list(ServerPtr server, const directory::PageWanted& wanted);

    std::shared_ptr<const Settings> settings_;
    observe::Log& log_;
    std::string name_;
    directory::PasswordCheck passwords_;
    std::shared_ptr<Upkeep> upkeep_;
    std::vector<ServerPtr> servers_;
    bool begun_ = false;
};

}  // namespace postern::postgresql
