#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "directory/plugin.hpp"
#include "remote/server.hpp"
#include "remote/settings.hpp"

namespace postern::remote {

// Asks mail servers whether they let somebody log in, the first one that is up. Such a server tells
// nothing else: who that is, the login itself has to say.
class RemoteDirectory final : public directory::Directory {
 public:
    RemoteDirectory(const directory::BackendContext& context, Settings settings);
    ~RemoteDirectory() override;
    net::Task<identity::AuthResult> authenticate(const identity::Credentials& credentials) override;
    net::Task<identity::LookupResult> lookup(const identity::Login& login) override;
    directory::Capabilities capabilities() const override;
    net::Task<directory::Findings> examine() override;
    net::Task<directory::Findings> start(net::Deadline deadline) override;

 private:
    using ServerPtr = std::shared_ptr<Server>;

    net::Task<identity::AuthResult> ask(identity::Principal principal,
                                        const crypto::Secret& password);
    static net::Task<identity::AuthResult> prove(ServerPtr server, std::optional<Ready>& ready,
                                                 const identity::Principal& principal,
                                                 const crypto::Secret& password);
    void begin();
    std::vector<ServerPtr> candidates() const;
    std::string why_nobody() const;
    net::Task<std::optional<Ready>> place(ServerPtr first, net::Deadline deadline);

    std::shared_ptr<const Settings> settings_;
    std::shared_ptr<net::Slots> slots_;
    std::vector<ServerPtr> servers_;
    bool begun_ = false;
};

}  // namespace postern::remote
