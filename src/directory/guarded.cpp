#include "directory/guarded.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <list>
#include <set>
#include <unordered_map>
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
        : here("failures " + network + " " + account),
          total("failures " + account),
          seen("successes " + network + " " + account) {}
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

// The passwords that are being asked about, and who waits for one of those questions to end: as long
// as nobody knows how they end, no more may be asked than could fail.
class Guarded::Asking {
 public:
    struct Question {
        crypto::Secret password;
        std::size_t askers = 0;  // further on they become one question
    };
    using Place = std::list<Question>::iterator;

    std::uint64_t others(const Credentials& credentials) const {
        const auto found = by_login_.find(credentials.login.text());
        if (found == by_login_.end()) return 0;
        return static_cast<std::uint64_t>(std::ranges::count_if(
            found->second, [&](const auto& each) { return !is_equal(each, credentials); }));
    }
    Place enter(const Credentials& credentials) {
        auto& questions = by_login_[credentials.login.text()];
        auto place = std::ranges::find_if(
            questions, [&](const auto& each) { return is_equal(each, credentials); });
        if (place == questions.end())
            place = questions.insert(questions.end(), {credentials.password.copy()});
        ++place->askers;
        return place;
    }
    void leave(const std::string& login, Place place) {
        if (--place->askers > 0) return;
        const auto found = by_login_.find(login);
        found->second.erase(place);
        if (found->second.empty()) by_login_.erase(found);
        for (auto* timer : waiting_)
            timer->cancel();
    }
    net::Task<> wait_for_change() {
        net::Timer timer(co_await net::this_executor(), net::Deadline::max());
        const Waiting waiting(waiting_, timer);
        co_await timer.async_wait(asio::as_tuple(net::use_task));
        if (co_await net::is_cancelled())
            throw boost::system::system_error(asio::error::operation_aborted);
    }

 private:
    struct Waiting {
        Waiting(std::list<net::Timer*>& all, net::Timer& timer)
            : all(all), place(all.insert(all.end(), &timer)) {}
        ~Waiting() { all.erase(place); }
        std::list<net::Timer*>& all;
        std::list<net::Timer*>::iterator place;
    };
    static bool is_equal(const Question& question, const Credentials& credentials) {
        return crypto::constant_time_equal(question.password.reveal(),
                                           credentials.password.reveal());
    }

    std::unordered_map<std::string, std::list<Question>> by_login_;
    std::list<net::Timer*> waiting_;
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
    if (credentials.remembered.accepted_before) co_return co_await inner().authenticate(credentials);
    auto standing = co_await standing_of(credentials);
    while (standing.allowed > 0 && asking_->others(credentials) >= standing.allowed) {
        co_await asking_->wait_for_change();
        standing = co_await standing_of(credentials);
    }
    if (standing.allowed == 0)
        co_return Unavailable{Scope::held, "the lockout guard holds: too many wrong passwords"};
    const Visit visit(asking_, credentials);
    auto answer = co_await inner().authenticate(credentials);
    learn(answer, credentials, standing);
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
