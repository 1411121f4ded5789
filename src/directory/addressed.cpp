#include "directory/addressed.hpp"

#include <fmt/format.h>

#include "observe/events.hpp"

namespace postern::directory {

using identity::Accepted;
using identity::AuthResult;
using identity::LookupResult;
using identity::Reason;
using identity::Rejected;
using identity::Scope;
using identity::Unavailable;

Addressed::Addressed(std::unique_ptr<Directory> passwords, std::shared_ptr<Service> addresses,
                     observe::Log& log, std::string name)
    : passwords_(std::move(passwords)),
      addresses_(std::move(addresses)),
      log_(log),
      name_(std::move(name)) {}

Capabilities Addressed::capabilities() const {
    auto can = passwords_->capabilities();
    const auto& other = addresses_->capabilities();
    can.lists_addresses = other.lists_addresses;
    can.names_are_addresses = other.names_are_addresses;
    can.can_look_up = other.can_look_up;
    can.groups_are_dns = other.groups_are_dns;
    can.lists_accounts = false;
    return can;
}

net::Task<AuthResult> Addressed::authenticate(const identity::Credentials& credentials) {
    auto answer = co_await passwords_->authenticate(credentials);
    auto* accepted = std::get_if<Accepted>(&answer);
    if (accepted == nullptr) co_return answer;
    const auto& proved = accepted->principal.name;
    const auto login = identity::Login::parse(proved);
    if (!login)
        co_return Unavailable{
            .scope = Scope::question, .why = "a name that is no login", .may_count = false};
    auto found = co_await addresses_->lookup(*login);
    const auto* rejected = std::get_if<Rejected>(&found);
    if (rejected == nullptr || rejected->reason != Reason::unknown_user)
        co_return identity::accepted(std::move(found), std::move(accepted->stamp),
                                     accepted->only_secret);
    // The password was right: who is missing there has to be told from who does not exist.
    log_.write(observe::events::directory_without_addresses,
               {{"directory", name_}, {"account", proved}, {"addresses", addresses_->name()}});
    co_return Unavailable{
        .scope = Scope::question,
        .why = fmt::format("directory {} does not know {}", addresses_->name(), proved),
        .may_count = false};
}

net::Task<LookupResult> Addressed::lookup(const identity::Login& login) {
    return addresses_->lookup(login);
}

}  // namespace postern::directory
