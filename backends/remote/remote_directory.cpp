#include "remote/remote_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "directory/failover.hpp"
#include "remote/examiner.hpp"

namespace postern::remote {

using identity::AuthResult;
using identity::LookupResult;
using identity::Principal;
using identity::Reason;
using identity::Rejected;
using identity::Scope;
using identity::Unavailable;

namespace {

directory::Failure failure_of(const std::exception_ptr& thrown) {
    using Blame = directory::Failure::Blame;
    try {
        std::rethrow_exception(thrown);
    } catch (const Refused& error) {
        return {error.what(), Blame::the_server};
    } catch (const net::TlsError& error) {
        return {error.what(), Blame::the_server};
    } catch (...) {
        return directory::failure_of(std::current_exception());
    }
}

// Who is unknown and whose password is wrong, such a server says in the same words.
AuthResult answer_of(const Judgement& judgement, const Principal& principal) {
    if (std::holds_alternative<Proved>(judgement.verdict)) return identity::Accepted{principal};
    const auto* reason = std::get_if<Reason>(&judgement.verdict);
    if (reason == nullptr) return std::get<Unavailable>(judgement.verdict);
    return Rejected{*reason, *reason == Reason::bad_credentials ? "" : principal.name};
}

}  // namespace

RemoteDirectory::RemoteDirectory(const directory::BackendContext& context, Settings settings)
    : settings_(std::make_shared<const Settings>(std::move(settings))),
      slots_(std::make_shared<net::Slots>(settings_->concurrency)) {
    for (const auto& address : settings_->servers)
        servers_.push_back(std::make_shared<Server>(settings_, address, servers_.empty(), slots_,
                                                    context.name, context.log,
                                                    context.io.get_executor()));
}

RemoteDirectory::~RemoteDirectory() {
    for (const auto& server : servers_)
        server->close();
}

void RemoteDirectory::begin() {
    if (std::exchange(begun_, true)) return;
    for (const auto& server : servers_)
        server->start();
}

// A mail server knows nothing that could speak against the settings.
net::Task<directory::Findings> RemoteDirectory::start(net::Deadline) {
    begin();
    co_return directory::Findings();
}

directory::Capabilities RemoteDirectory::capabilities() const {
    directory::Capabilities capabilities;
    capabilities.lists_addresses = false;
    capabilities.names_are_addresses = true;
    capabilities.can_look_up = false;
    return capabilities;
}

net::Task<directory::Findings> RemoteDirectory::examine() {
    directory::Findings all;
    begin();
    for (const auto& server : servers_) {
        Examiner examiner(*server, *settings_, slots_);
        auto findings = co_await examiner.examine();
        std::ranges::move(findings, std::back_inserter(all));
    }
    co_return all;
}

net::Task<LookupResult> RemoteDirectory::lookup(const identity::Login& login) {
    if (!settings_->logins.principal_of(login)) co_return Rejected{Reason::unknown_user, ""};
    co_return Unavailable{Scope::question, "a mail server tells nothing without a password"};
}

net::Task<AuthResult> RemoteDirectory::authenticate(const identity::Credentials& credentials) {
    if (credentials.password.empty()) co_return Rejected{Reason::bad_credentials, ""};
    auto principal = settings_->logins.principal_of(credentials.login);
    if (!principal) co_return Rejected{Reason::unknown_user, ""};
    if (credentials.password.reveal().find('\0') != std::string_view::npos)
        co_return Unavailable{.scope = Scope::question,
                              .why = "a password with a NUL cannot be sent",
                              .may_count = false};
    co_return co_await ask(*std::move(principal), credentials.password);
}

std::vector<RemoteDirectory::ServerPtr> RemoteDirectory::candidates() const {
    std::vector<ServerPtr> up;
    for (const auto& server : servers_)
        if (server->is_up() && !server->wants_rest()) up.push_back(server);
    return up;
}

std::string RemoteDirectory::why_nobody() const {
    std::string why = "no server can be asked";
    for (const auto& server : servers_)
        why += fmt::format("; {}: {}", server->text(), server->why_not());
    return why;
}

net::Task<AuthResult> RemoteDirectory::ask(Principal principal, const crypto::Secret& password) {
    begin();
    const auto begun = net::Clock::now();
    auto servers = candidates();
    if (servers.empty())
        co_return Unavailable{.scope = Scope::directory, .why = why_nobody(), .may_count = false};
    // Whoever has waited half of the time would hardly be answered in the other half.
    auto ready = co_await place(servers.front(), begun + settings_->timeout / 2);
    if (!ready)
        co_return Unavailable{
            .scope = Scope::busy,
            .why = fmt::format("all {} connections are in use", settings_->concurrency),
            .may_count = false};
    const auto question = [&](const ServerPtr& server) {
        return prove(server, ready, principal, password);
    };
    AuthResult nobody = Unavailable{Scope::directory, "no time left"};
    co_return co_await directory::ask_in_turn(std::move(servers), begun + settings_->timeout,
                                              std::move(nobody), question, failure_of);
}

net::Task<AuthResult> RemoteDirectory::prove(ServerPtr server, std::optional<Ready>& ready,
                                             const Principal& principal,
                                             const crypto::Secret& password) {
    co_return answer_of(co_await server->prove(ready, principal.name, password), principal);
}

// One that is at rest at the server that will be asked first, or the right to open one.
net::Task<std::optional<Ready>> RemoteDirectory::place(ServerPtr first, net::Deadline deadline) {
    if (auto ready = first->take_ready()) co_return ready;
    auto slot = slots_->try_acquire();
    if (!slot) {
        for (const auto& server : servers_)
            server->end_long_farewells();
        std::ranges::any_of(servers_, [](const auto& server) { return server->drop_ready(); });
        slot = co_await slots_->acquire(deadline);
    }
    if (!slot) co_return std::nullopt;
    co_return Ready{*std::move(slot), nullptr};
}

}  // namespace postern::remote
