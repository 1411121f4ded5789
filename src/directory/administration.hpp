#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/secret.hpp"

namespace postern::directory {

// One step of a directory's own schema.
struct Migration {
    unsigned number = 0;
    std::string name;
    std::string applied_at;  // empty: pending
    bool pending() const { return applied_at.empty(); }
};

// Which steps: up to and including `to`, or all. `told` hears of each when it is done.
struct MigrationOrder {
    std::optional<unsigned> to;
    bool dry_run = false;  // the same checks; `told` hears what would be done
    std::function<void(const Migration&)> told = [](const Migration&) {};
};

enum class AccountStatus : std::uint8_t { active, disabled, must_change };
std::string_view to_string(AccountStatus status);
std::optional<AccountStatus> account_status(std::string_view text);

enum class Permission : std::uint8_t { on_behalf_of, act_as };

struct AppPassword {
    std::string id, label;
    crypto::Secret hash;
    std::string created, last_used, revoked;  // empty: never
};

// An account as it is or as it should be. Names, groups and addresses in their normal form: lower
// case, domains as A-labels, "@example.org" for a whole one; the first full address is the primary.
struct Account {
    std::string name;
    std::optional<AccountStatus> status;  // nullopt: as it is, active when it is new
    std::optional<crypto::Secret> hash;   // nullopt: as it is
    bool has_password = false;
    std::vector<std::string> addresses, groups;
    std::vector<std::string> on_behalf_of, act_as;  // accounts
    std::vector<AppPassword> app_passwords;
    std::string created, changed;
};

// What an import has made, or would make, of one account.
struct ImportOutcome {
    enum class Kind : std::uint8_t { added, changed, same, refused };
    Kind kind = Kind::refused;
    std::string reason;  // of `refused`
};

// How the command line administers a directory whose accounts are written by it. Blocking, used by
// one thread; every function throws AdministrationError, and has changed nothing then. A login is
// an account's name or one of its full addresses.
class Administration {
 public:
    virtual ~Administration() = default;

    // All known steps, in their order. Refuses a history that these steps cannot explain.
    virtual std::vector<Migration> migrations() = 0;
    virtual void migrate(const MigrationOrder& order) = 0;

    virtual void add(const Account& account) = 0;
    virtual void remove(std::string_view login) = 0;
    virtual void set_hash(std::string_view login, const crypto::Secret& hash) = 0;
    virtual void set_status(std::string_view login, AccountStatus status) = 0;
    // With `primary` the first of them becomes the primary address, be it new or not.
    virtual void add_addresses(std::string_view login, std::span<const std::string> addresses,
                               bool primary) = 0;
    virtual void remove_addresses(std::string_view login,
                                  std::span<const std::string> addresses) = 0;
    virtual void add_members(std::string_view group, std::span<const std::string> logins) = 0;
    virtual void remove_members(std::string_view group, std::span<const std::string> logins) = 0;
    virtual void grant(std::string_view delegate, std::string_view owner,
                       Permission permission) = 0;
    virtual void withdraw(std::string_view delegate, std::string_view owner,
                          Permission permission) = 0;
    virtual void add_app_password(std::string_view login, const AppPassword& password) = 0;
    virtual void revoke_app_password(std::string_view login, std::string_view id) = 0;

    virtual Account account(std::string_view login) = 0;  // without hashes
    // Accounts by name, those whose name or an address contains `pattern`; at most `most` behind
    // `after`, so that a million of them can be read page by page. `hash` only with `secrets`;
    // delegations and app passwords never.
    virtual std::vector<Account> list(std::string_view pattern, std::string_view after,
                                      std::size_t most, bool secrets) = 0;

    // The stored hashes of these accounts, in their order; empty where there is none.
    virtual std::vector<crypto::Secret> hashes(std::span<const std::string> names) = 0;
    // Adds and changes accounts in one transaction: what an account lists is added to what it has,
    // its hash and its status replace those it has. One outcome each; the refused are left out.
    virtual std::vector<ImportOutcome> import(std::span<const Account> accounts, bool dry_run) = 0;
};

// `what` went wrong as a sentence, what to do about it, and whose turn it is.
class AdministrationError : public std::runtime_error {
 public:
    enum class Kind : std::uint8_t {
        unreachable,  // not now
        settings,     // who we are there, or where it is, is wrong
        refused,
        conflict,  // somebody else has it
        not_found,
    };
    AdministrationError(Kind kind, const std::string& what, std::string hint = "")
        : std::runtime_error(what), kind_(kind), hint_(std::move(hint)) {}
    Kind kind() const { return kind_; }
    const std::string& hint() const { return hint_; }

 private:
    Kind kind_;
    std::string hint_;
};

}  // namespace postern::directory
