#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "cli/account_input.hpp"
#include "directory/administration.hpp"

namespace postern::cli {

// An account as somebody else has it, not judged yet.
struct ForeignAccount {
    std::size_t line = 0;  // of a file: where it begins
    std::string login, status;
    crypto::Secret password;  // a hash or a clear text; empty: none
    std::vector<std::string> emails, groups;
    std::vector<std::string> on_behalf_of;  // addresses of others that it may send for
    bool shares_addresses = false;          // they may be other people's as well
    std::string mistake;              // why this is no account at all; the others are empty then
    std::vector<std::string> losses;  // what of it is left behind
};

// Accounts on their way to us, one by one, however many there are.
class AccountSource {
 public:
    virtual ~AccountSource() = default;
    // nullopt: that was the last one. Throws SourceError.
    virtual std::optional<ForeignAccount> next() = 0;
    // Of the account that came last, for people: "accounts.csv:12", "old: uid=jane,dc=example".
    virtual std::string place() const = 0;
    // How much of all has come; nullopt: nobody knows how many there are.
    virtual std::optional<unsigned> percent() = 0;
};

// A source that breaks off: what has come before is good.
class SourceError : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

// In its normal form, with every address judged. A password in clear text is refused unless
// `clear_text`, and left to the caller then: the account comes without a hash. Hashes are within
// `limits`.
Read<directory::Account> read_foreign_account(const ForeignAccount& foreign, bool clear_text,
                                              const crypto::HashLimits& limits);

}  // namespace postern::cli
