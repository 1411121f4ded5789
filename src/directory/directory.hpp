// directory: the question "who is this?" and what may stand around an answer. A backend (a plugin)
// and every decorator implement Directory; `service` gives a configured directory its thread and
// lets sessions ask it from theirs; `plugin_loader` finds backends.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "directory/finding.hpp"
#include "directory/listing.hpp"
#include "identity/auth_result.hpp"
#include "identity/credentials.hpp"
#include "net/task.hpp"

namespace postern::directory {

namespace asio = boost::asio;

// What a directory can do. The settings are checked against it when they are loaded, so that
// nothing impossible is a surprise at run time.
struct Capabilities {
    bool verifies_passwords = true;
    bool lists_addresses = true;  // false: it knows who you are, not what you own
    bool names_are_addresses =
        false;                     // then a principal's name is its address where none are listed
    bool several_secrets = false;  // an account may have more than one password at a time
    bool can_look_up = true;       // `lookup` works without a password
    bool groups_are_dns = false;   // a group is "cn=sales,dc=example,dc=org", not "sales"
    bool takes_in = false;         // `adopt` works
    bool lists_accounts = false;   // `accounts` works
    bool tells_changes = false;    // `watch` works
    bool stamps_accounts = false;  // `check_stamp` works
};

// Somebody who moves in from another directory.
struct Newcomer {
    identity::Principal principal;
    std::string secret;  // the hash of the password, as it is to be stored
};
enum class Adopted : std::uint8_t { taken_in, known_already };
using AdoptResult = std::variant<identity::Unavailable, Adopted>;

// Whether an account is as it was.
enum class Stamp : std::uint8_t { differs, same };
using StampResult = std::variant<identity::Unavailable, Stamp>;
// It has this part of the time that another question has, for it is to spare that one.
inline constexpr int stamp_share = 4;

// For `postern cache flush`: what became of the wish to forget.
struct Forgotten {
    bool remembers = false;     // there is something that remembers
    bool complete = true;       // false: a gateway has not answered, or Redis could not be asked
    std::int64_t gateways = 0;  // that have confirmed it over Redis, this one included
};
using ForgetResult = std::variant<identity::Unavailable, Forgotten>;

// How a directory is doing, for metrics: "cache.accepted" and such, each decorator's own.
struct Figure {
    std::string name;
    double value = 0;
};
using Figures = std::vector<Figure>;

// Who wants to hear what changes in a directory; on its thread, and cheap.
class Changes {
 public:
    virtual ~Changes() = default;
    virtual void account_changed(std::string_view name) = 0;  // the directory's spelling
    virtual void everything_changed() = 0;  // or so many accounts, or nobody can tell which
    // From now on changes are heard; what has changed until now nobody knows.
    virtual void begun() = 0;
};

// Used from one thread, its own, and destroyed there when no question is open; coroutines that it
// has spawned itself must not touch it from then on. Broken I/O may throw; whoever stands outermost
// (`timed`) makes it Unavailable. Honours cancellation. Verdicts are values. What a question refers
// to lives until its answer.
class Directory {
 public:
    virtual ~Directory() = default;
    virtual net::Task<identity::AuthResult> authenticate(
        const identity::Credentials& credentials) = 0;
    virtual net::Task<identity::LookupResult> lookup(const identity::Login& login) = 0;
    virtual Capabilities capabilities() const = 0;
    // For `migrate`: makes an account of somebody whom another directory has accepted. An account
    // of that name or with one of these addresses is left as it is.
    virtual net::Task<AdoptResult> adopt(const Newcomer&) {
        co_return identity::Unavailable{identity::Scope::question, "it takes nobody in"};
    }
    // For `postern users import`: all accounts, a page at a time and one listing at a time. What is
    // odd about one of them is told of that one; Unavailable ends the listing.
    virtual net::Task<ListResult> accounts(const PageWanted&) {
        co_return identity::Unavailable{identity::Scope::question, "it lists no accounts"};
    }
    // Before the program serves: what can be done ahead of the first question, such as connecting,
    // until `deadline` at most. Tells the faults that the settings certainly have; who cannot be
    // reached has said nothing. A question that comes without it finds a directory that does so
    // then.
    virtual net::Task<Findings> start(net::Deadline) { co_return Findings(); }
    // For `postern check --connect`: whether what the backend depends on can be reached and agrees
    // with the settings. Takes as long as it takes; a backend that depends on nothing is silent.
    virtual net::Task<Findings> examine() { co_return Findings(); }
    // For the cache: tells what changes, until it is cancelled or the connection breaks, which
    // throws. Whoever wants to go on calls it again.
    virtual net::Task<> watch(Changes&) { co_return; }
    // For the cache: whether the account that Accepted::stamp came with is as it was then. What
    // nobody can tell is `differs`.
    virtual net::Task<StampResult> check_stamp(const std::string&) { co_return Stamp::differs; }
    // Whatever is remembered of this login and its account, or of everybody (nullopt).
    virtual net::Task<ForgetResult> forget(const std::optional<identity::Login>&) {
        co_return Forgotten();
    }
    virtual void add_figures(Figures&) const {}
};

}  // namespace postern::directory
