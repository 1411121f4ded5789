#include "directory/limited.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <list>
#include <optional>

#include "directory/recent_successes.hpp"

namespace postern::directory {

using identity::Accepted;
using identity::AuthResult;
using identity::LookupResult;
using identity::Scope;
using identity::Unavailable;

// Counts who is inside and keeps who waits, in order. Shared with every Visit, so that one whose
// frame is destroyed late finds it alive.
class Limited::Gate {
 public:
    explicit Gate(const LimitedSettings& settings) : settings_(settings) {}

    bool has_room(bool known) const;
    bool may_queue(bool known) const;
    void enter(bool known);
    void leave(bool known);
    std::list<Visit*>& queue(bool known) { return known ? known_ : fresh_; }
    std::size_t inside() const { return inside_; }
    std::size_t waiting() const { return known_.size() + fresh_.size(); }
    net::Clock::duration longest_wait() const { return settings_.wait; }

    RecentSuccesses recent;

 private:
    // The share of strangers; a single slot is theirs too, or nobody would ever become known.
    static std::size_t half(std::size_t whole) { return whole < 2 ? whole : whole / 2; }
    void admit_waiting();

    LimitedSettings settings_;
    std::size_t inside_ = 0, fresh_inside_ = 0;
    std::list<Visit*> known_, fresh_;
};

// One question's way through the gate. Whatever ends it (an answer, an exception, a cancellation,
// the end of its frame), its place in the queue or inside is given back.
class Limited::Visit {
 public:
    Visit(std::shared_ptr<Gate> gate, bool known) : gate_(std::move(gate)), known_(known) {}
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

    ~Visit() {
        if (place_ == Place::inside) gate_->leave(known_);
        if (place_ == Place::queue) gate_->queue(known_).erase(queued_at_);
    }

    // Empty: it is inside. Otherwise why not.
    net::Task<std::optional<Unavailable>> enter() {
        if (gate_->has_room(known_)) {
            gate_->enter(known_);
            place_ = Place::inside;
            co_return std::nullopt;
        }
        if (!gate_->may_queue(known_)) co_return not_asked("too many questions wait");
        co_await wait_in_queue();
        if (place_ != Place::inside) co_return not_asked("waited too long for a free place");
        co_return std::nullopt;
    }

    // By the gate, which has counted this visit as inside already.
    void admitted() {
        place_ = Place::inside;
        wait_->cancel();
    }

 private:
    enum class Place : std::uint8_t { outside, queue, inside };

    static Unavailable not_asked(const char* why) {
        return {.scope = Scope::busy, .why = why, .may_count = false};
    }

    net::Task<> wait_in_queue() {
        auto executor = co_await net::this_executor();
        auto& queue = gate_->queue(known_);
        queued_at_ = queue.insert(queue.end(), this);
        place_ = Place::queue;
        wait_.emplace(executor, net::Clock::now() + gate_->longest_wait());
        // Whether the time is up, a place is free or the asker has gone: `place_` and the state
        // tell.
        co_await wait_->async_wait(asio::as_tuple(net::use_task));
        auto cancellation = co_await asio::this_coro::cancellation_state;
        if (cancellation.cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted);
    }

    std::shared_ptr<Gate> gate_;
    bool known_;
    Place place_ = Place::outside;
    std::list<Visit*>::iterator queued_at_;
    std::optional<net::Timer> wait_;
};

// A newcomer does not overtake those who wait for the same place.
bool Limited::Gate::has_room(bool known) const {
    if (inside_ >= settings_.concurrency || !known_.empty()) return false;
    return known || (fresh_.empty() && fresh_inside_ < half(settings_.concurrency));
}

bool Limited::Gate::may_queue(bool known) const {
    if (known_.size() + fresh_.size() >= settings_.queue) return false;
    return known || fresh_.size() < half(settings_.queue);
}

void Limited::Gate::enter(bool known) {
    ++inside_;
    if (!known) ++fresh_inside_;
}

void Limited::Gate::leave(bool known) {
    --inside_;
    if (!known) --fresh_inside_;
    admit_waiting();
}

void Limited::Gate::admit_waiting() {
    while (inside_ < settings_.concurrency) {
        bool known = !known_.empty();
        if (!known && (fresh_.empty() || fresh_inside_ >= half(settings_.concurrency))) return;
        Visit* next = queue(known).front();
        queue(known).pop_front();
        enter(known);
        next->admitted();
    }
}

Limited::Limited(std::unique_ptr<Directory> inner, const LimitedSettings& settings)
    : Decorator(std::move(inner)), gate_(std::make_shared<Gate>(settings)) {}

Limited::~Limited() = default;

net::Task<AuthResult> Limited::authenticate(const identity::Credentials& credentials) {
    Visit visit(gate_, gate_->recent.knows(credentials, net::Clock::now()));
    if (auto refused = co_await visit.enter()) co_return *refused;
    auto answer = co_await inner().authenticate(credentials);
    if (std::holds_alternative<Accepted>(answer))
        gate_->recent.remember(credentials, net::Clock::now());
    co_return answer;
}

net::Task<LookupResult> Limited::lookup(const identity::Login& login) {
    Visit visit(gate_, gate_->recent.knows(login, net::Clock::now()));
    if (auto refused = co_await visit.enter()) co_return *refused;
    co_return co_await inner().lookup(login);
}

// Only of who has been let in is there a stamp.
net::Task<StampResult> Limited::check_stamp(const std::string& stamp) {
    Visit visit(gate_, true);
    if (auto refused = co_await visit.enter()) co_return *refused;
    co_return co_await inner().check_stamp(stamp);
}

void Limited::add_figures(Figures& figures) const {
    figures.push_back({"questions.inside", static_cast<double>(gate_->inside())});
    figures.push_back({"questions.waiting", static_cast<double>(gate_->waiting())});
    Decorator::add_figures(figures);
}

}  // namespace postern::directory
