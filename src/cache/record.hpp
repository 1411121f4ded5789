#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cache/verifier.hpp"
#include "identity/principal.hpp"

namespace postern::cache {

// The wall clock, because gateways share it. Nobody here reads it.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

// How often a record has been written, begun at the wall clock in microseconds so that one which
// was lost is never followed by a lower one. 0: no record.
using Generation = std::uint64_t;

// A clock may be ahead by this much; what is dated later is not believed.
constexpr auto clock_tolerance = std::chrono::seconds(60);

constexpr std::size_t refused_at_most = 8;
constexpr std::size_t accepted_at_most = 4;
constexpr std::size_t networks_at_most = 16;
constexpr std::size_t longest_network = 64;
constexpr std::size_t longest_stamp = 1024;

// What a directory's settings say about the age of answers, and its flushes.
struct Rules {
    std::chrono::milliseconds positive = std::chrono::hours(1);
    std::chrono::milliseconds negative = std::chrono::minutes(1);
    std::chrono::milliseconds stale{0};  // counted from the same moment as `positive`; 0: never
    std::size_t accepted = 1;            // secrets side by side, up to accepted_at_most
    Time not_before;                     // the whole directory was flushed: older answers are none
};

struct Accepted {
    Verifier verifier;
    Time asked;         // when the question began whose answer it was
    std::string stamp;  // by which the directory tells whether the account has changed; or empty

    friend bool operator==(const Accepted&, const Accepted&) = default;
};

struct Refused {
    Verifier verifier;
    Time first;                 // the first refusal; the directory is asked again ever more rarely
    Time asked;                 // the last one
    Generation generation = 0;  // of the record that brought the last one

    friend bool operator==(const Refused&, const Refused&) = default;
};

// What is known of one account. Without an accepted verifier there is no principal and no network.
struct AccountRecord {
    Generation generation = 0;
    Generation confirmed = 0;  // the last one that contradicts answers to questions put before it
    identity::Principal principal;
    std::vector<Accepted> accepted;     // the latest first
    std::vector<Refused> refused;       // likewise
    std::vector<std::string> networks;  // which logged in, the latest first: "192.0.2.1/32"

    friend bool operator==(const AccountRecord&, const AccountRecord&) = default;
};

// What is known of one login. `unknown` has neither account nor refusals; a directory that refuses
// without naming an account (imap) leaves `account` empty and its refusals here.
struct LoginRecord {
    Generation generation = 0;
    Generation flushed = 0;  // the last one that emptied it: no question put before writes anything
    Time asked;              // when the question began that named the account, or found none
    bool unknown = false;
    std::string account;
    std::vector<Refused> refused;  // the latest first

    friend bool operator==(const LoginRecord&, const LoginRecord&) = default;
};

enum class Verdict : std::uint8_t {
    ask,    // nothing here says anything: a miss
    stale,  // ask; but if the directory cannot answer, see may_serve_stale
    accepted,
    rejected,
};

// What the record says of this password. Every verifier in it is compared, whatever the others say.
Verdict decide(const AccountRecord& record, const Verifier& verifier, Time now, const Rules& rules);
// The same for the refusals of a login whose account nobody has named: ask or rejected.
Verdict decide(const LoginRecord& record, const Verifier& verifier, Time now, const Rules& rules);
// By which entry it is `accepted` or `stale`; nullptr: by none.
const Accepted* accepted_as(const AccountRecord& record, const Verifier& verifier);

// Whether an accepted verifier that is `stale` may log in while its directory cannot answer: from a
// network where the account succeeded before, on a gateway that has itself seen the directory
// confirm it.
bool may_serve_stale(const AccountRecord& record, std::string_view network, bool witnessed);

enum class Standing : std::uint8_t {
    ask,      // too old, or it names no account
    unknown,  // the directory has said lately that it does not know this login
    stale,    // an account, but older than `positive`: for while the directory cannot answer
    known,    // an account
};
Standing standing(const LoginRecord& record, Time now, const Rules& rules);

// Nobody can have written it by now: its generation lies in the future.
bool is_from_the_future(Generation generation, Time now);
// Of a record that is to follow these two.
Generation next_generation(Generation current, Generation base, Time now);
// Of one that is set without comparing: above what others may write at the same moment.
Generation leaping_generation(Generation current, Time now);

}  // namespace postern::cache
