#include "directory/member.hpp"

#include "address/mailbox.hpp"

namespace postern::directory {

namespace {

void list_own_name(const Capabilities& can, identity::Principal& principal) {
    if (can.lists_addresses || !principal.addresses.empty()) return;
    if (const auto mailbox = address::parse_mailbox(principal.name))
        principal.addresses.push_back(mailbox->text());
}

}  // namespace

void list_own_name(const Capabilities& can, identity::AuthResult& answer) {
    if (auto* accepted = std::get_if<identity::Accepted>(&answer))
        list_own_name(can, accepted->principal);
}

void list_own_name(const Capabilities& can, identity::LookupResult& answer) {
    if (auto* principal = std::get_if<identity::Principal>(&answer)) list_own_name(can, *principal);
}

}  // namespace postern::directory
