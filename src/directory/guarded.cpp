#include "directory/guarded.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "crypto/random.hpp"

namespace postern::directory {

using identity::Accepted;
using identity::AuthResult;
using identity::Credentials;
using identity::Reason;
using identity::Rejected;
using identity::Scope;
using identity::Unavailable;
using namespace std::chrono_literals;

namespace {

// So long a network counts as one where the account succeeds.
constexpr std::chrono::milliseconds remembered_success = 24h;
// For others to end, when all that may fail are under way; this process hears at once when they do,
// and asks for those of other gateways.
constexpr net::Clock::duration patience = 2s, asked_every = 250ms;

// What is counted of one spelling of an account: an account has several, and those that are known
// are counted side by side.
struct Counted {
    std::string here;   // failures from this network
    std::string total;  // failures from networks without a success
    std::string seen;   // successes from this network

    Counted(const std::string& account, const std::string& network)
        : here("failures here\n" + network + "\n" + account),
          total("failures in all\n" + account),
          seen("successes\n" + network + "\n" + account) {}
};

bool is_wrong(const AuthResult& answer) {
    const auto* rejected = std::get_if<Rejected>(&answer);
    // Some say that an account is closed before they have looked at the password.
    if (rejected != nullptr)
        return rejected->reason == Reason::bad_credentials || rejected->reason == Reason::locked ||
               rejected->reason == Reason::not_permitted;
    const auto* unavailable = std::get_if<Unavailable>(&answer);
    return unavailable != nullptr && unavailable->may_count;
}

}  // namespace

// One asker of a question. When the last one leaves without an answer nobody knows whether the
// password was wrong.
class Guarded::Visit {
 public:
    Visit(Guarded& guarded, const Credentials& credentials)
        : questions_(guarded.questions_),
          attempts_(guarded.attempts_),
          quiet_(guarded.settings_.quiet),
          login_(credentials.login.text()),
          question_(questions_->enter(credentials, credentials.remembered.unknown
                                                       ? guarded.attempt_of_nobody(credentials)
                                                       : crypto::random_id())) {}
    ~Visit() {
        if (question_->askers == 1)
            for (const auto& place : question_->places)
                attempts_->fail_untold(place, question_->attempt, quiet_);
        questions_->leave(login_, question_);
    }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

    Question& question() { return *question_; }

 private:
    std::shared_ptr<OpenQuestions> questions_;
    std::shared_ptr<cache::Attempts> attempts_;
    std::chrono::milliseconds quiet_;
    std::string login_;
    std::shared_ptr<Question> question_;
};

Guarded::Guarded(std::unique_ptr<Directory> inner, const GuardSettings& settings,
                 std::shared_ptr<cache::Attempts> attempts)
    : Decorator(std::move(inner)),
      settings_(settings),
      attempts_(std::move(attempts)),
      questions_(std::make_shared<OpenQuestions>()),
      accounts_(cache::Bound()),
      nobodys_(cache::Bound()) {}

Guarded::~Guarded() = default;

net::Task<AuthResult> Guarded::authenticate(const Credentials& credentials) {
    if (credentials.remembered.accepted_before)
        co_return co_await inner().authenticate(credentials);
    for (;;) {
        Visit visit(*this, credentials);
        auto& question = visit.question();
        const auto standing = co_await enter_in_time(question, credentials);
        // Answered while this one waited to ask it too: the directory would count it again.
        if (question.is_concluded) {
            give_back(question);
            continue;
        }
        if (standing.room == Room::wait)
            co_return Unavailable{.scope = Scope::busy,
                                  .why = "too many other passwords of this login wait",
                                  .may_count = false};
        if (standing.room == Room::held)
            co_return Unavailable{.scope = Scope::held,
                                  .why = "the lockout guard holds: too many wrong passwords",
                                  .may_count = false};
        AuthResult answer = Rejected{Reason::unknown_user, ""};
        if (!credentials.remembered.unknown) answer = co_await inner().authenticate(credentials);
        conclude(question, answer, credentials, standing);
        co_return answer;
    }
}

std::vector<std::string> Guarded::spellings_of(const Credentials& credentials,
                                               const std::string& account) {
    const auto& login = credentials.login.text();
    std::set<std::string> spellings{login, credentials.remembered.account, account};
    if (const auto* known = accounts_.find(login)) spellings.insert(known->name);
    spellings.erase("");
    return {spellings.begin(), spellings.end()};
}

net::Task<Guarded::Standing> Guarded::enter_in_time(Question& question,
                                                    const Credentials& credentials) {
    const auto deadline = net::Clock::now() + patience;
    for (;;) {
        const auto standing = co_await enter(question, credentials);
        const auto now = net::Clock::now();
        if (standing.room != Room::wait || now >= deadline) co_return standing;
        if (!co_await questions_->wait_for_change(credentials.login.text(),
                                                  std::min(deadline, now + asked_every)))
            co_return standing;
    }
}

// Takes what is free, and keeps it when that is all it needs.
net::Task<Guarded::Standing> Guarded::enter(Question& question, const Credentials& credentials) {
    std::vector<cache::Attempts::Wanted> wanted;
    for (const auto& spelling : spellings_of(credentials)) {
        const Counted counted(spelling, credentials.network);
        wanted.push_back({counted.here, settings_.failures});
        wanted.push_back({counted.total, settings_.total});
        wanted.push_back({counted.seen, 0});
    }
    std::vector<cache::Place> places;
    try {
        places = co_await attempts_->enter(wanted, question.attempt, settings_.quiet,
                                           credentials.redis_wait);
    } catch (...) {
        if (question.askers == 1)
            for (const auto& each : wanted)
                attempts_->leave(each.name, question.attempt);
        throw;
    }
    Standing standing{Room::inside};
    for (std::size_t i = 2; i < places.size(); i += 3)
        standing.succeeds_here |= places[i].failed > 0;
    const auto is_needed = [&](std::size_t i) {
        return i % 3 == 0 || (i % 3 == 1 && !standing.succeeds_here);
    };
    for (std::size_t i = 0; i < places.size(); ++i)
        if (is_needed(i) && !places[i].is_had())
            standing.room = std::max(
                standing.room, places[i].failed >= wanted[i].places ? Room::held : Room::wait);
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (places[i].kind != cache::Place::Kind::taken) continue;
        if (standing.room == Room::inside && is_needed(i))
            question.places.insert(wanted[i].name);
        else
            attempts_->leave(wanted[i].name, question.attempt);
    }
    co_return standing;
}

// Whoever of several askers is the first to hear the answer tells what became of the question; a
// right password each of them has had.
void Guarded::conclude(Question& question, const AuthResult& answer, const Credentials& credentials,
                       const Standing& standing) {
    const bool is_first = !std::exchange(question.is_concluded, true);
    const auto* rejected = std::get_if<Rejected>(&answer);
    if (const auto* accepted = std::get_if<Accepted>(&answer))
        succeeded(question, accepted->principal.name, credentials);
    else if (is_first && is_wrong(answer))
        failed(question, rejected != nullptr ? rejected->account : "", credentials, standing);
    else if (is_first && rejected != nullptr && rejected->reason == Reason::unknown_user)
        failed_as_nobody(question, credentials);
    give_back(question);
    questions_->wake(credentials.login.text());
}

// A right password ends the count over there as well.
void Guarded::succeeded(Question& question, const std::string& account,
                        const Credentials& credentials) {
    remember(credentials.login, account);
    for (const auto& spelling : spellings_of(credentials, account)) {
        const Counted counted(spelling, credentials.network);
        for (const auto& name : {counted.here, counted.total}) {
            attempts_->succeed(name, question.attempt);
            question.places.erase(name);
        }
        attempts_->fail(counted.seen, "1", remembered_success);
    }
}

void Guarded::failed(Question& question, const std::string& account, const Credentials& credentials,
                     const Standing& standing) {
    remember(credentials.login, account);
    for (const auto& spelling : spellings_of(credentials, account)) {
        const Counted counted(spelling, credentials.network);
        question.places.insert(counted.here);
        if (!standing.succeeds_here) question.places.insert(counted.total);
    }
    const bool is_somebodys = is_known(credentials, account);
    for (const auto& place : std::exchange(question.places, {}))
        if (is_somebodys)
            attempts_->fail(place, question.attempt, settings_.quiet);
        else
            attempts_->fail_unnamed(place, question.attempt, settings_.quiet);
}

// One password, one failure: of a login that exists it would be remembered as a wrong one. When it
// has been asked about once more, it would have been then as well.
void Guarded::failed_as_nobody(Question& question, const Credentials& credentials) {
    const auto of_password = attempt_of_nobody(credentials);
    const bool is_asked_again =
        !credentials.remembered.unknown && nobodys_.find(of_password) != nullptr;
    nobodys_.put(of_password, 1);
    const auto& counted_as = is_asked_again ? question.attempt : of_password;
    for (const auto& place : std::exchange(question.places, {}))
        attempts_->fail_as_nobody(place, question.attempt, counted_as, settings_.quiet);
}

void Guarded::give_back(Question& question) {
    for (const auto& place : std::exchange(question.places, {}))
        attempts_->leave(place, question.attempt);
}

std::string Guarded::attempt_of_nobody(const Credentials& credentials) const {
    return std::string(
        attempts_->keys().login_verifier(credentials.login.text(), credentials.password).text());
}

// The login has led to an account.
bool Guarded::is_known(const Credentials& credentials, const std::string& account) {
    return !account.empty() || !credentials.remembered.account.empty() ||
           accounts_.find(credentials.login.text()) != nullptr;
}

void Guarded::remember(const identity::Login& login, const std::string& account) {
    if (!account.empty() && account != login.text()) accounts_.put(login.text(), {account});
}

}  // namespace postern::directory
