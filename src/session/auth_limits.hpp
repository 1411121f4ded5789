#pragma once

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/counters.hpp"
#include "identity/auth_result.hpp"
#include "identity/credentials.hpp"
#include "net/ask.hpp"
#include "session/attempts_under_way.hpp"
#include "session/auth_limit_settings.hpp"

namespace postern::session {

// Whoever fails too often is told to try later, without asking a directory: failed logins are
// counted by client network, by login and by both, on the thread of one io_context, and with a
// Redis by all gateways together. Sessions ask from theirs. Whoever has nothing to go by is let
// through: Redis costs nobody a login.
class AuthLimits : public std::enable_shared_from_this<AuthLimits> {
 public:
    using MakeCounters = std::function<std::shared_ptr<cache::Counters>()>;

    // `local` is what `make_counters` makes counters of; it may have counted already.
    AuthLimits(const AuthLimitSettings& settings, net::asio::io_context& io,
               std::shared_ptr<cache::LocalCounters> local, MakeCounters make_counters);

    // Before anybody asks, on the thread of `io` or before it runs: what is made here stays at work
    // there.
    void start() { counters_ = make_counters_(); }

    // Somebody who may try a password. As long as it lives it counts as a failure; without a
    // verdict it was none.
    class Attempt {
     public:
        Attempt() = default;
        Attempt(std::shared_ptr<AuthLimits> limits, std::string network, std::string login)
            : limits_(std::move(limits)), network_(std::move(network)), login_(std::move(login)) {}
        Attempt(Attempt&&) noexcept = default;
        Attempt& operator=(Attempt&& other) noexcept;
        ~Attempt();

        void conclude(const identity::AuthResult& verdict);

     private:
        enum class End : std::uint8_t { unknown, succeeded, failed, failed_by_account };
        friend class AuthLimits;

        std::shared_ptr<AuthLimits> limits_;
        std::string network_, login_;
        End end_ = End::unknown;
    };
    struct Admission {
        std::optional<LimitKind> refused;  // by which limit
        Attempt attempt;
    };
    // `credentials` of a client at `address`, from a coroutine on any io_context. Throws
    // operation_aborted when that is cancelled.
    net::Task<Admission> admit(std::string_view address, const identity::Credentials& credentials);

    // What follows is for the thread of `io`.

    struct Held {
        LimitKind kind = LimitKind::network;
        std::string network, login;  // what it is about; a login that nobody has is not shown as
                                     // it was typed
        std::uint64_t failures = 0;
        std::chrono::seconds left{};  // of another gateway's count at most so much
    };
    // At or over a limit here, the latest first.
    std::vector<Held> held() const;

    // Forgets what is counted of a network, of a login, or with neither everything that is known
    // here, and all pairs that have it. False: Redis could not be told.
    net::Task<bool> clear(std::optional<std::string> network, std::optional<identity::Login> login);

    // Since the settings were read; from any thread.
    std::uint64_t refused(LimitKind kind) const {
        return refused_.at(static_cast<std::size_t>(kind)).load();
    }

 private:
    struct Counted {
        LimitKind kind;
        std::uint64_t limit;
        std::string name;
    };
    using End = Attempt::End;

    std::vector<Counted> counted_of(const std::string& network, const std::string& login) const;
    net::Task<Admission> enter(std::string network, std::string login, identity::RedisWait wait);
    Admission refuse(const Counted& by, std::uint64_t failures);
    void leave(const std::string& network, const std::string& login, End end);
    std::vector<std::string> known_names() const;

    const AuthLimitSettings settings_;
    net::asio::io_context& io_;
    const std::shared_ptr<cache::LocalCounters> local_;
    const MakeCounters make_counters_;
    std::shared_ptr<cache::Counters> counters_;
    cache::LocalCounters elsewhere_;  // what others have counted and we have refused
    AttemptsUnderWay under_way_;
    std::array<std::atomic<std::uint64_t>, limit_kinds.size()> refused_{};
};

}  // namespace postern::session
