#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cache/lru.hpp"
#include "cache/record.hpp"

namespace postern::cache {

struct LoginNote {
    LoginRecord record;
    std::string name;     // of the record in Redis; empty without Redis
    std::string account;  // the name of the account's record, under which `Local` has it
    Time looked;          // when Redis was last looked at for it
};

struct AccountNote {
    AccountRecord record;
    Time looked;
    bool witnessed = false;  // this gateway itself has seen the directory confirm it
};

// What this process remembers of one directory, for that directory's thread. Bounded, the least
// recently used goes first; logins that the directory does not know are kept apart, so that no
// flood of invented ones puts out a known one. What a find returns lives until the next change.
class Local {
 public:
    struct Limits {
        Bound logins, accounts, unknown;
    };
    // `entries` of each kind, `bytes` in sum.
    static Limits limits(std::size_t entries, std::size_t bytes);

    explicit Local(const Limits& limits)
        : logins_(limits.logins), accounts_(limits.accounts), unknown_(limits.unknown) {}

    // By the login's text (identity::Login) and by the name of the account's record. nullptr: no
    // note. What is found counts as used, and its `looked` and `witnessed` may be written.
    LoginNote* login(std::string_view text);
    AccountNote* account(std::string_view record);

    // In place of what was there.
    void put_login(std::string_view text, LoginNote note);
    void put_account(std::string_view record, AccountNote note);

    void forget_login(std::string_view text);
    // As a message from another gateway names it; looks at every login.
    void forget_login_record(std::string_view name);
    void forget_account_record(std::string_view record);
    void clear();

    struct Counts {
        std::size_t logins, accounts, unknown, bytes;
        std::uint64_t evicted;  // since the beginning, for want of room
    };
    Counts counts() const;

 private:
    Lru<LoginNote> logins_;
    Lru<AccountNote> accounts_;
    Lru<LoginNote> unknown_;
};

// What a note holds on the heap, in octets.
std::size_t heap_size(const LoginNote& note);
std::size_t heap_size(const AccountNote& note);

}  // namespace postern::cache
