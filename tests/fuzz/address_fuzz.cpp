// Addresses: whatever octets come, what is taken has one normal form that is its own normal form.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "address/mailbox.hpp"
#include "address/unicode.hpp"
#include "identity/login.hpp"
#include "policy/sender.hpp"

using namespace postern;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void check_mailbox(const address::Mailbox& mailbox) {
    const auto text = mailbox.text();
    require(address::is_text(text));
    require(mailbox.local_part.size() <= 64 && mailbox.domain.size() <= 255);
    require(address::is_ascii(mailbox.domain));
    require(address::parse_mailbox(text) == mailbox);

    const identity::Principal owner{.name = "somebody", .addresses = {text}};
    const bool owned = policy::owns(owner, mailbox, {}) == policy::Ownership::address;
    require(owned == !mailbox.local_part.empty());
    const identity::Principal other{.name = "somebody",
                                    .addresses = {"x" + text, "@x" + mailbox.domain}};
    require(policy::owns(other, mailbox, {}) == policy::Ownership::none);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    if (const auto mailbox = address::parse_mailbox(input)) check_mailbox(*mailbox);
    if (const auto path = address::parse_path(input)) {
        require(path->mailbox.has_value() == !input.empty());
        require(input.ends_with(path->text));
        require(path->source_route == (path->text.size() != input.size()));
        if (path->mailbox && !path->mailbox->domain.empty()) {
            check_mailbox(*path->mailbox);
            require(address::parse_mailbox(path->text) == path->mailbox);
        }
    }
    if (const auto domain = address::normalize_domain(input)) {
        require(address::normalize_domain(*domain) == domain);
        require(address::is_spelling_of(input, *domain));
    }
    if (const auto login = identity::Login::parse(input)) {
        require(identity::Login::parse(login->text()) == login);
    }
    return 0;
}
