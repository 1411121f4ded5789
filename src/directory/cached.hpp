#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "cache/store.hpp"
#include "directory/cache_watch.hpp"
#include "directory/decorator.hpp"
#include "directory/stamp_checks.hpp"
#include "observe/log.hpp"

namespace postern::directory {

// What the directory itself does to what is remembered of it.
struct Invalidation {
    bool watches = false;          // it tells what changes
    bool checks = false;           // it is asked whether an account has changed
    std::size_t entries = 10'000;  // accounts at a time
};

// Remembers answers (BEHAVIOUR section 5): a password that was accepted or refused lately is not
// asked about again, and while the directory is unavailable one that was right not too long ago may
// go on. What it remembers is the Store's; what it means is decided by cache/record.
class Cached final : public Decorator {
 public:
    // `is_guarded`: a login that is known to be unknown is told to `inner` as such, to be counted
    // like others.
    Cached(std::unique_ptr<Directory> inner, std::shared_ptr<cache::Store> store, observe::Log& log,
           std::string name, const Invalidation& invalidation = {}, bool is_guarded = false);
    ~Cached() override;
    net::Task<identity::AuthResult> authenticate(const identity::Credentials& credentials) override;
    net::Task<identity::LookupResult> lookup(const identity::Login& login) override;
    net::Task<AdoptResult> adopt(const Newcomer& newcomer) override;

    net::Task<ForgetResult> forget(const std::optional<identity::Login>& login) override;
    void add_figures(Figures& figures) const override;

 private:
    struct Judgement;
    net::Task<bool> forget_one(const identity::Login& login);
    Judgement judge(const cache::Store::Recall& recall,
                    const identity::Credentials& credentials) const;
    Judgement judge_current(const cache::Store::Recall& recall,
                            const identity::Credentials& credentials) const;
    Judgement judge_previous(const cache::Store::Recall& recall,
                             const identity::Credentials& credentials) const;
    net::Task<> check(Judgement& judgement, cache::Store::Recall& recall,
                      const identity::Credentials& credentials);
    identity::AuthResult count(identity::AuthResult answer, identity::Source source);
    void learn(const identity::AuthResult& answer, const identity::Credentials& credentials,
               const cache::Store::Recall& recall);
    void learn_accepted(const identity::Accepted& accepted,
                        const identity::Credentials& credentials,
                        const cache::Store::Recall& recall);
    void learn_rejected(const identity::Rejected& rejected,
                        const identity::Credentials& credentials,
                        const cache::Store::Recall& recall);

    std::shared_ptr<cache::Store> store_;
    observe::Log& log_;
    std::string name_;
    const bool is_guarded_;
    struct Counts {
        std::uint64_t accepted = 0, rejected = 0, unknown = 0;  // answered without the directory
        std::uint64_t from_redis = 0;                           // of these
        std::uint64_t asked = 0;                                // the directory
        std::uint64_t stale = 0;                                // served while it could not answer
    };
    Counts counts_;
    std::unique_ptr<CacheWatch> watch_;
    std::unique_ptr<StampChecks> checks_;
    bool unavailable_ = false;  // so was the directory when it was asked last, whatever about
};

}  // namespace postern::directory
