#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "cache/record.hpp"

namespace postern::cache {

// Before a directory is asked, its record is read. This comes along to where the answer is written.
struct Question {
    Generation base = 0;  // of the record that was read; 0: there was none
    Time asked;           // when the directory was asked, after that; only the answer's age counts
};

// What an answer means for the account's record.
struct Confirm {  // the directory accepted this password
    Question question;
    identity::Principal principal;
    Verifier verifier;
    std::string network;     // of the client; empty, or too long: not remembered
    std::string stamp = {};  // likewise: see Accepted
    bool is_only = false;    // whatever the rules allow, the account has no other
};
struct Refuse {  // bad_credentials
    Question question;
    Verifier verifier;
};
struct Revoke {  // a right password, but disabled, expired, locked or not permitted
    Question question;
};
struct Flush {};
using Change = std::variant<Confirm, Refuse, Revoke, Flush>;

// A record to be written in place of the one that was read, unless somebody else was faster:
// nullopt leaves everything as it is. Nothing here ever asks for a record to be removed, as that
// would forget what must not be written over; a flushed one says so.
template <class Record>
using Update = std::optional<Record>;

// What stands there now (nullptr: nothing, or what cannot be opened) and a change make the next
// record. So that no old verifier is accepted after a newer confirmation or a flush, whichever
// gateway writes first and whatever their clocks say: where an answer contradicts what was written
// after its question was put, nobody can tell which is newer, all accepted verifiers go and the
// next login asks.
Update<AccountRecord> apply(const AccountRecord* current, const Change& change, Time now,
                            const Rules& rules);

// What stands in for a removal after too many conflicts, to be set without comparing: like a flush.
AccountRecord tombstone(const AccountRecord* current, Time now);

// What a record found under the previous cache.key becomes under the new one: the verifier that
// was accepted, in its new form, and nothing of the others, whose passwords nobody has at hand.
// To be written only where nothing stands, and then the old one goes. nullopt: it was not accepted.
std::optional<AccountRecord> carried_over(const AccountRecord& old, const Verifier& accepted,
                                          const Verifier& renewed, Time now);

}  // namespace postern::cache
