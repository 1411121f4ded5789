#include "directory/guarded.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <list>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

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

std::vector<Counted> counted_of(const Credentials& credentials, const std::string& account = "") {
    std::set<std::string_view> spellings = {credentials.login.text(),
                                            credentials.remembered.account, account};
    spellings.erase("");
    std::vector<Counted> counted;
    for (const auto spelling : spellings)
        counted.emplace_back(std::string(spelling), credentials.network);
    return counted;
}

std::uint64_t less(std::uint64_t limit, std::uint64_t used) {
    return limit > used ? limit - used : 0;
}

}  // namespace

// The passwords that are being asked about, by login, and who waits for one of those questions to
// end: as long as nobody knows how they end, no more may be asked than could fail.
class Guarded::Asking {
 public:
    struct Question {
        crypto::Secret password;
        std::size_t askers = 0;  // further on they become one question
        bool is_counted = false;
    };
    using Place = std::list<Question>::iterator;

    std::uint64_t others(const Credentials& credentials) const {
        const auto found = by_login_.find(credentials.login.text());
        if (found == by_login_.end()) return 0;
        return static_cast<std::uint64_t>(
            std::ranges::count_if(found->second.questions,
                                  [&](const auto& each) { return !is_equal(each, credentials); }));
    }
    Place enter(const Credentials& credentials) {
        auto& questions = by_login_[credentials.login.text()].questions;
        auto place = std::ranges::find_if(
            questions, [&](const auto& each) { return is_equal(each, credentials); });
        if (place == questions.end())
            place = questions.insert(questions.end(), {credentials.password.copy()});
        ++place->askers;
        return place;
    }
    void leave(const std::string& login, Place place) {
        if (--place->askers > 0) return;
        auto& one = by_login_.at(login);
        one.questions.erase(place);
        for (auto* timer : one.waiting)
            timer->cancel();
        forget_idle(login);
    }
    // False: too many wait already.
    net::Task<bool> wait_for_change(const std::string& login) {
        net::Timer timer(co_await net::this_executor(), net::Deadline::max());
        if (by_login_[login].waiting.size() >= most_waiting) co_return false;
        const Waiting waiting(*this, login, timer);
        co_await timer.async_wait(asio::as_tuple(net::use_task));
        if (co_await net::is_cancelled())
            throw boost::system::system_error(asio::error::operation_aborted);
        co_return true;
    }

 private:
    static constexpr std::size_t most_waiting = 64;  // of one login
    struct OfLogin {
        std::list<Question> questions;
        std::list<net::Timer*> waiting;
    };
    struct Waiting {
        Waiting(Asking& its_asking, const std::string& its_login, net::Timer& timer)
            : asking(its_asking),
              login(its_login),
              place(asking.by_login_[login].waiting.insert(asking.by_login_[login].waiting.end(),
                                                           &timer)) {}
        ~Waiting() {
            asking.by_login_[login].waiting.erase(place);
            asking.forget_idle(login);
        }
        Waiting(const Waiting&) = delete;
        Waiting& operator=(const Waiting&) = delete;
        Asking& asking;
        const std::string& login;
        std::list<net::Timer*>::iterator place;
    };
    static bool is_equal(const Question& question, const Credentials& credentials) {
        return crypto::constant_time_equal(question.password.reveal(),
                                           credentials.password.reveal());
    }
    void forget_idle(const std::string& login) {
        const auto found = by_login_.find(login);
        if (found != by_login_.end() && found->second.questions.empty() &&
            found->second.waiting.empty())
            by_login_.erase(found);
    }

    std::unordered_map<std::string, OfLogin> by_login_;
};

class Guarded::Visit {
 public:
    Visit(std::shared_ptr<Asking> asking, const Credentials& credentials)
        : asking_(std::move(asking)),
          login_(credentials.login.text()),
          place_(asking_->enter(credentials)) {}
    ~Visit() { asking_->leave(login_, place_); }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

    // Many askers of one question are one failure.
    bool counts() { return !std::exchange(place_->is_counted, true); }

 private:
    std::shared_ptr<Asking> asking_;
    std::string login_;
    Asking::Place place_;
};

Guarded::Guarded(std::unique_ptr<Directory> inner, const GuardSettings& settings,
                 std::shared_ptr<cache::Counters> counters)
    : Decorator(std::move(inner)),
      settings_(settings),
      counters_(std::move(counters)),
      asking_(std::make_shared<Asking>()) {}

Guarded::~Guarded() = default;

net::Task<AuthResult> Guarded::authenticate(const Credentials& credentials) {
    if (credentials.remembered.accepted_before)
        co_return co_await inner().authenticate(credentials);
    auto standing = co_await standing_of(credentials);
    while (standing.allowed > 0 && asking_->others(credentials) >= standing.allowed) {
        if (!co_await asking_->wait_for_change(credentials.login.text()))
            co_return Unavailable{Scope::busy, "too many other passwords of this login wait"};
        standing = co_await standing_of(credentials);
    }
    if (standing.allowed == 0)
        co_return Unavailable{Scope::held, "the lockout guard holds: too many wrong passwords"};
    Visit visit(asking_, credentials);
    auto answer = co_await inner().authenticate(credentials);
    if (visit.counts()) learn(answer, credentials, standing);
    co_return answer;
}

net::Task<Guarded::Standing> Guarded::standing_of(const Credentials& credentials) {
    std::vector<std::string> names;
    for (const auto& counted : counted_of(credentials))
        names.insert(names.end(), {counted.here, counted.total, counted.seen});
    const auto counts = co_await counters_->read(std::move(names));
    std::uint64_t here = 0, total = 0;
    Standing standing;
    for (std::size_t i = 0; i + 2 < counts.size(); i += 3) {
        here = std::max(here, counts[i]);
        total = std::max(total, counts[i + 1]);
        standing.succeeds_here |= counts[i + 2] > 0;
    }
    standing.allowed = less(settings_.failures, here);
    if (!standing.succeeds_here)
        standing.allowed = std::min(standing.allowed, less(settings_.total, total));
    co_return standing;
}

// Only a wrong password counts: nothing else makes a directory lock an account, and a right one
// ends the count over there as well.
void Guarded::learn(const AuthResult& answer, const Credentials& credentials,
                    const Standing& standing) {
    if (const auto* accepted = std::get_if<Accepted>(&answer)) {
        for (const auto& counted : counted_of(credentials, accepted->principal.name)) {
            counters_->forget(counted.here);
            counters_->forget(counted.total);
            counters_->count(counted.seen, remembered_success);
        }
    } else if (const auto* rejected = std::get_if<Rejected>(&answer);
               rejected != nullptr && rejected->reason == Reason::bad_credentials) {
        for (const auto& counted : counted_of(credentials, rejected->account)) {
            counters_->count(counted.here, settings_.quiet);
            if (!standing.succeeds_here) counters_->count(counted.total, settings_.quiet);
        }
    }
}

}  // namespace postern::directory
