#include "directory/cached.hpp"

#include "directory/member.hpp"
#include "observe/events.hpp"

namespace postern::directory {

namespace events = observe::events;
using cache::Standing;
using cache::Verdict;
using identity::Accepted;
using identity::AuthResult;
using identity::Credentials;
using identity::LookupResult;
using identity::Reason;
using identity::Rejected;
using identity::Scope;
using identity::Source;
using identity::Unavailable;

// What is remembered says, and what it would say if the directory cannot.
struct Cached::Judgement {
    std::optional<AuthResult> answer = {};  // nothing: the directory is asked
    bool was_right = false;                 // this password, though perhaps too long ago
    bool may_serve_stale = false;
    std::optional<AuthResult> unchecked = {};  // a yes that has nothing to be checked by
    const cache::Accepted* by = nullptr;       // of the Recall, when the answer is a yes
};

Cached::Cached(std::unique_ptr<Directory> inner, std::shared_ptr<cache::Store> store,
               observe::Log& log, std::string name, const Invalidation& invalidation,
               bool is_guarded)
    : Decorator(std::move(inner)),
      store_(std::move(store)),
      log_(log),
      name_(std::move(name)),
      is_guarded_(is_guarded) {
    if (invalidation.watches)
        watch_ =
            std::make_unique<CacheWatch>(shared_inner(), store_, log_, name_, store_->executor());
    if (invalidation.checks)
        checks_ = std::make_unique<StampChecks>(shared_inner(), store_, log_, name_,
                                                invalidation.entries);
}

Cached::~Cached() {
    store_->close();
}

net::Task<AuthResult> Cached::authenticate(const Credentials& credentials) {
    auto recall = co_await store_->recall(credentials.login, credentials.redis_wait);
    auto judgement = judge(recall, credentials);
    if (checks_ && judgement.by != nullptr && !checks_->has_looked(*judgement.by))
        co_await check(judgement, recall, credentials);
    if (judgement.answer && recall.previous && judgement.by != nullptr)
        store_->carry_over(credentials.login, recall, credentials.password);
    const bool is_nobody = is_guarded_ && judgement.answer && is_unknown(*judgement.answer);
    if (judgement.answer && !is_nobody)
        co_return count(*std::move(judgement.answer), recall.source);

    auto question = credentials.copy();
    question.remembered.unknown = is_nobody;
    if (is_nobody) co_return count(co_await inner().authenticate(question), recall.source);
    if (recall.login) question.remembered.account = recall.login->account;
    question.remembered.accepted_before = judgement.was_right;
    ++counts_.asked;
    auto answer = co_await inner().authenticate(question);
    const auto* unavailable = std::get_if<Unavailable>(&answer);
    if (unavailable != nullptr && judgement.unchecked)
        co_return count(*std::move(judgement.unchecked), recall.source);
    if (unavailable != nullptr && unavailable->scope != Scope::directory) co_return answer;
    unavailable_ = unavailable != nullptr;
    if (!unavailable_) {
        learn(answer, credentials, recall);
    } else if (judgement.may_serve_stale) {
        ++counts_.stale;
        log_.write(events::cache_stale, {{"directory", name_},
                                         {"login", recall.account->principal.name},
                                         {"why", unavailable->why}});
        co_return Accepted{recall.account->principal, Source::stale};
    }
    co_return answer;
}

// Nothing of it is remembered.
net::Task<LookupResult> Cached::lookup(const identity::Login& login) {
    auto answer = co_await inner().lookup(login);
    const auto* unavailable = std::get_if<Unavailable>(&answer);
    if (unavailable == nullptr || unavailable->scope == Scope::directory)
        unavailable_ = unavailable != nullptr;
    co_return answer;
}

// Who was asked about before he came is remembered as nobody.
net::Task<AdoptResult> Cached::adopt(const Newcomer& newcomer) {
    auto adopted = co_await inner().adopt(newcomer);
    const auto login = identity::Login::parse(newcomer.principal.name);
    if (login && std::holds_alternative<Adopted>(adopted)) store_->login_changed(*login);
    co_return adopted;
}

// Whether the account is as it was. What was remembered may be gone when that is known.
net::Task<> Cached::check(Judgement& judgement, cache::Store::Recall& recall,
                          const Credentials& credentials) {
    if (judgement.by->stamp.empty()) {
        judgement.unchecked = std::exchange(judgement.answer, std::nullopt);
        judgement.was_right = true;
        co_return;
    }
    const bool is_same = co_await checks_->is_same(*judgement.by);
    const auto source = recall.source;
    recall = co_await store_->recall(credentials.login, credentials.redis_wait);
    recall.source = source;
    judgement = judge(recall, credentials);
    if (is_same || judgement.by == nullptr || checks_->has_looked(*judgement.by)) co_return;
    judgement = {.was_right = true};
}

Cached::Judgement Cached::judge(const cache::Store::Recall& recall,
                                const Credentials& credentials) const {
    auto judgement = judge_current(recall, credentials);
    if (judgement.answer || !recall.previous) return judgement;
    auto previous = judge_previous(recall, credentials);
    return previous.answer ? previous : judgement;
}

Cached::Judgement Cached::judge_current(const cache::Store::Recall& recall,
                                        const Credentials& credentials) const {
    if (!recall.login) return {};
    const auto now = store_->now();
    const auto& rules = store_->rules();
    const auto standing = cache::standing(*recall.login, now, rules);
    // A login that is unknown may be a new one: while the directory is down nobody can tell.
    if (standing == Standing::unknown && !unavailable_) return {Rejected{Reason::unknown_user, ""}};
    if (recall.login->account.empty()) {
        if (recall.login->refused.empty()) return {};
        const auto verifier =
            store_->keys().login_verifier(credentials.login.text(), credentials.password);
        if (cache::decide(*recall.login, verifier, now, rules) != Verdict::rejected) return {};
        return {Rejected{Reason::bad_credentials, ""}};
    }
    if (!recall.account) return {};
    const auto verifier = store_->keys().verifier(recall.login->account, credentials.password);
    const auto verdict = cache::decide(*recall.account, verifier, now, rules);
    if (verdict == Verdict::rejected)
        return {Rejected{Reason::bad_credentials, recall.login->account}};
    if (verdict == Verdict::ask) return {};
    if (verdict == Verdict::accepted && standing == Standing::known)
        return {.answer = Accepted{recall.account->principal},
                .by = cache::accepted_as(*recall.account, verifier)};
    const bool leads_there = standing == Standing::known || standing == Standing::stale;
    return {.was_right = true,
            .may_serve_stale =
                leads_there &&
                cache::may_serve_stale(*recall.account, credentials.network, recall.witnessed)};
}

// What was remembered under the key before this one; only a yes can be written anew.
Cached::Judgement Cached::judge_previous(const cache::Store::Recall& recall,
                                         const Credentials& credentials) const {
    const auto& principal = recall.previous->principal;
    if (principal.name.empty()) return {};
    const auto verifier = store_->previous_keys()->verifier(principal.name, credentials.password);
    const auto verdict = cache::decide(*recall.previous, verifier, store_->now(), store_->rules());
    if (verdict == Verdict::rejected) return {Rejected{Reason::bad_credentials, principal.name}};
    if (verdict != Verdict::accepted) return {};
    return {.answer = Accepted{principal}, .by = cache::accepted_as(*recall.previous, verifier)};
}

AuthResult Cached::count(AuthResult answer, Source source) {
    if (std::holds_alternative<Unavailable>(answer)) return answer;
    if (source == Source::redis) ++counts_.from_redis;
    if (auto* accepted = std::get_if<Accepted>(&answer)) {
        accepted->source = source;
        ++counts_.accepted;
    } else if (auto* rejected = std::get_if<Rejected>(&answer)) {
        rejected->source = source;
        ++(rejected->reason == Reason::unknown_user ? counts_.unknown : counts_.rejected);
    }
    return answer;
}

void Cached::learn(const AuthResult& answer, const Credentials& credentials,
                   const cache::Store::Recall& recall) {
    if (const auto* accepted = std::get_if<Accepted>(&answer))
        learn_accepted(*accepted, credentials, recall);
    else if (const auto* rejected = std::get_if<Rejected>(&answer))
        learn_rejected(*rejected, credentials, recall);
}

void Cached::learn_accepted(const Accepted& accepted, const Credentials& credentials,
                            const cache::Store::Recall& recall) {
    const auto& principal = accepted.principal;
    if (principal.name.empty()) return;
    store_->write_login(credentials.login, recall,
                        cache::Name{store_->question_of_login(recall), principal.name});
    store_->write_account(
        principal.name, recall,
        cache::Confirm{store_->question_of(principal.name, recall), principal,
                       store_->keys().verifier(principal.name, credentials.password),
                       credentials.network, accepted.stamp, accepted.only_secret});
}

void Cached::learn_rejected(const Rejected& rejected, const Credentials& credentials,
                            const cache::Store::Recall& recall) {
    const auto of_login = store_->question_of_login(recall);
    if (rejected.reason == Reason::unknown_user) {
        store_->write_login(credentials.login, recall, cache::Unknown{of_login});
        // Perhaps one spelling fewer, perhaps the account is gone: the others ask.
        const auto had = recall.login ? recall.login->account : std::string();
        if (!had.empty())
            store_->write_account(had, recall, cache::Revoke{store_->question_of(had, recall)});
        return;
    }
    if (!rejected.account.empty())
        store_->write_login(credentials.login, recall, cache::Name{of_login, rejected.account});
    // A directory that names nobody when it refuses (imap) has done so when it accepted.
    const auto account = !rejected.account.empty() ? rejected.account
                         : recall.login            ? recall.login->account
                                                   : std::string();
    if (rejected.reason != Reason::bad_credentials) {
        if (!account.empty())
            store_->write_account(account, recall,
                                  cache::Revoke{store_->question_of(account, recall)});
    } else if (account.empty()) {
        store_->write_login(
            credentials.login, recall,
            cache::RefuseUnnamed{of_login, store_->keys().login_verifier(credentials.login.text(),
                                                                         credentials.password)});
    } else {
        store_->write_account(
            account, recall,
            cache::Refuse{store_->question_of(account, recall),
                          store_->keys().verifier(account, credentials.password)});
    }
}

net::Task<ForgetResult> Cached::forget(const std::optional<identity::Login>& login) {
    const bool done = login ? co_await forget_one(*login) : co_await store_->flush_all();
    const auto heard = co_await store_->confirmations();
    if (!heard) co_return Forgotten{true, false, 0};
    co_return Forgotten{true, done && heard->missing == 0, heard->gateways};
}

net::Task<bool> Cached::forget_one(const identity::Login& login) {
    bool done = co_await store_->flush(login);
    // A spelling that nobody has used lately leads to no account that is remembered.
    done = co_await store_->flush_account(login.text()) && done;
    if (!capabilities().can_look_up) co_return done;
    const auto found = co_await lookup(login);
    if (std::holds_alternative<Unavailable>(found)) co_return false;
    const auto* principal = std::get_if<identity::Principal>(&found);
    const auto& account =
        principal != nullptr ? principal->name : std::get<Rejected>(found).account;
    if (account.empty()) co_return done;
    co_return co_await store_->flush_account(account) && done;
}

void Cached::add_figures(Figures& figures) const {
    const auto add = [&figures](const char* name, auto value) {
        figures.push_back({name, static_cast<double>(value)});
    };
    add("cache.accepted", counts_.accepted);
    add("cache.rejected", counts_.rejected);
    add("cache.unknown", counts_.unknown);
    add("cache.from-redis", counts_.from_redis);
    add("cache.asked", counts_.asked);
    add("cache.stale", counts_.stale);
    if (checks_) checks_->add_figures(figures);
    const auto local = store_->counts();
    add("cache.logins", local.logins);
    add("cache.accounts", local.accounts);
    add("cache.unknown-logins", local.unknown);
    add("cache.octets", local.bytes);
    add("cache.evicted", local.evicted);
    if (const auto* redis = store_->redis()) {
        const auto status = redis->status();
        add("redis.up", status.up ? 1 : 0);
        add("redis.operations", status.counters.operations);
        add("redis.connects", status.counters.connects);
        add("redis.microseconds", status.counters.took_sum);
        for (std::size_t i = 0; i < cache::NoAnswer::kinds; ++i)
            figures.push_back({std::string("redis.unanswered.") +
                                   cache::to_string(static_cast<cache::NoAnswer::Kind>(i)),
                               static_cast<double>(status.counters.unanswered.at(i))});
    }
    Decorator::add_figures(figures);
}

}  // namespace postern::directory
