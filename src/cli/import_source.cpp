#include "cli/import_source.hpp"

#include <algorithm>

namespace postern::cli {

namespace {

using directory::Account;

template <class Reader>
std::string read_all(const std::vector<std::string>& typed, Reader reader,
                     std::vector<std::string>& into) {
    for (const auto& each : typed) {
        auto read = reader(each);
        if (!read.value) return read.why;
        if (std::ranges::find(into, *read.value) == into.end())
            into.push_back(std::move(*read.value));
    }
    return "";
}

}  // namespace

Read<Account> read_foreign_account(const ForeignAccount& foreign, bool clear_text,
                                   const crypto::HashLimits& limits) {
    using Refused = Read<Account>;
    if (!foreign.mistake.empty()) return Refused::refused(foreign.mistake);
    Account account;
    auto login = read_login(foreign.login);
    if (!login.value) return Refused::refused(login.why);
    account.name = std::move(*login.value);
    if (auto why = read_all(foreign.emails, read_address, account.addresses); !why.empty())
        return Refused::refused(why);
    if (auto why = read_all(foreign.groups, read_group, account.groups); !why.empty())
        return Refused::refused(why);
    // An account that is called like an address owns it.
    if (account.name.find('@') != std::string::npos)
        if (auto why = read_all({account.name}, read_address, account.addresses); !why.empty())
            return Refused::refused(why);
    if (!foreign.status.empty()) {
        account.status = directory::account_status(foreign.status);
        if (!account.status)
            return Refused::refused("the status is one of active, disabled, must_change");
    }
    if (foreign.password.empty() || (clear_text && is_clear_text(foreign.password.reveal())))
        return account;
    auto hash = read_hash(foreign.password.reveal(), limits);
    if (!hash.value) return Refused::refused(hash.why);
    account.hash = std::move(*hash.value);
    return account;
}

}  // namespace postern::cli
