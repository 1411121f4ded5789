#include "directory/service.hpp"

#include <pthread.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include "net/ask.hpp"
#include "observe/events.hpp"

namespace postern::directory {

namespace {

using identity::AuthResult;
using identity::Credentials;
using identity::Login;
using identity::LookupResult;
using identity::Scope;
using identity::Unavailable;
using namespace std::chrono_literals;

constexpr net::Clock::duration heartbeat = 250ms;
constexpr net::Clock::duration stuck_after = 1s;
// What a backend has spawned and not ended gets this long once the directory is gone.
constexpr net::Clock::duration last_moment = 1s;
// Many steps, each with its own deadline.
constexpr net::Clock::duration examined_within = 1min;

net::Task<Service::Examined> started(Directory& directory, net::Deadline deadline) {
    co_return co_await directory.start(deadline);
}

// Registers a signal for as long as it lives.
class Registered {
 public:
    explicit Registered(std::list<asio::cancellation_signal>& signals)
        : signals_(signals), mine_(signals.emplace(signals.end())) {}
    ~Registered() { signals_.erase(mine_); }
    Registered(const Registered&) = delete;
    Registered& operator=(const Registered&) = delete;
    asio::cancellation_slot slot() { return mine_->slot(); }

 private:
    std::list<asio::cancellation_signal>& signals_;
    std::list<asio::cancellation_signal>::iterator mine_;
};

}  // namespace

Service::Service(std::string name, net::Clock::duration timeout, observe::Log& log,
                 const Build& build)
    : name_(std::move(name)),
      timeout_(timeout),
      log_(log),
      directory_(build(io_)),
      capabilities_(directory_->capabilities()),
      last_turn_(net::Clock::now().time_since_epoch().count()) {
    asio::co_spawn(io_, keep_turning(), [](const std::exception_ptr&) {});
    thread_ = std::thread([this] { run(); });
}

Service::~Service() {
    if (!told_to_end_) end();
    thread_.join();
}

void Service::end() {
    auto shut = [this] {
        asio::co_spawn(io_, close(), [this](const std::exception_ptr&) { closed_ = true; });
    };
    asio::post(io_, shut);
    told_to_end_ = true;  // last: whoever sees it may destroy us
}

net::Task<AuthResult> Service::authenticate(Credentials credentials) {
    // Shared, for a std::function is copyable and Credentials are not.
    auto shared = std::make_shared<const Credentials>(std::move(credentials));
    return ask<AuthResult>(
        [shared](Directory& directory) { return directory.authenticate(*shared); }, timeout_);
}

net::Task<LookupResult> Service::lookup(Login login) {
    auto shared = std::make_shared<const Login>(std::move(login));
    return ask<LookupResult>([shared](Directory& directory) { return directory.lookup(*shared); },
                             timeout_);
}

net::Task<AdoptResult> Service::adopt(Newcomer newcomer) {
    auto shared = std::make_shared<const Newcomer>(std::move(newcomer));
    return ask<AdoptResult>([shared](Directory& directory) { return directory.adopt(*shared); },
                            timeout_);
}

net::Task<ListResult> Service::accounts(PageWanted wanted) {
    auto shared = std::make_shared<const PageWanted>(std::move(wanted));
    return ask<ListResult>([shared](Directory& directory) { return directory.accounts(*shared); },
                           listed_within);
}

net::Task<Service::Examined> Service::examine() {
    return ask<Examined>(
        [](Directory& directory) -> net::Task<Examined> { co_return co_await directory.examine(); },
        examined_within);
}

net::Task<ForgetResult> Service::forget(std::optional<identity::Login> login) {
    auto shared = std::make_shared<const std::optional<identity::Login>>(std::move(login));
    return ask<ForgetResult>([shared](Directory& directory) { return directory.forget(*shared); },
                             timeout_);
}

net::Task<Service::FiguresResult> Service::figures() {
    return ask<FiguresResult>(
        [](Directory& directory) -> net::Task<FiguresResult> {
            Figures figures;
            directory.add_figures(figures);
            co_return figures;
        },
        timeout_);
}

net::Task<Findings> Service::start(net::Clock::duration patience) {
    auto question = [deadline = net::Clock::now() + patience](Directory& directory) {
        return started(directory, deadline);
    };
    auto answer = co_await ask<Examined>(question, patience);
    auto* faults = std::get_if<Findings>(&answer);
    co_return faults != nullptr ? std::move(*faults) : Findings();
}

// Touches nothing of the Service once it has asked: the Service may be gone when the answer comes.
template <class Result>
net::Task<Result> Service::ask(Question<Result> question, net::Clock::duration patience) {
    if (!turns()) co_return Unavailable{Scope::directory, "the directory's thread is stuck"};
    std::string failure;
    try {
        // Timed answers in time; only a thread that gets stuck meanwhile is later than that.
        auto deadline = net::Clock::now() + patience + stuck_after;
        std::function<net::Task<Result>()> request = [this, question = std::move(question)] {
            return answer<Result>(question);
        };
        co_return co_await net::ask<Result>(io_, deadline, std::move(request));
    } catch (const boost::system::system_error& error) {
        bool late = error.code() == asio::error::timed_out;
        failure = late ? "the directory's thread does not answer" : error.code().message();
    } catch (...) {
        failure = observe::words_of(std::current_exception());
    }
    if (co_await net::is_cancelled())
        throw boost::system::system_error(asio::error::operation_aborted);
    co_return Unavailable{Scope::directory, std::move(failure)};
}

template <class Result>
net::Task<Result> Service::answer(Question<Result> question) {
    if (closing_) co_return Unavailable{Scope::busy, "the directory is closing"};
    auto executor = co_await net::this_executor();
    Registered open(open_questions_);
    std::exception_ptr thrown;
    Result result;
    try {
        auto token = asio::bind_cancellation_slot(open.slot(), asio::as_tuple(net::use_task));
        auto inside = question(*directory_);
        std::tie(thrown, result) = co_await asio::co_spawn(executor, std::move(inside), token);
    } catch (...) {
        thrown = std::current_exception();
    }
    if (closing_) last_answered_.cancel();
    if (thrown && closing_) co_return Unavailable{Scope::busy, "the directory is closing"};
    if (!thrown) co_return std::move(result);
    auto words = observe::words_of(thrown);
    log_.write(observe::events::directory_fault, {{"directory", name_}, {"why", words}});
    co_return Unavailable{Scope::directory, std::move(words)};
}

// Logs once per episode; keep_turning ends the episode.
bool Service::turns() {
    auto age = net::Clock::now().time_since_epoch().count() - last_turn_.load();
    if (net::Clock::duration(age) < stuck_after) return true;
    if (!stuck_.exchange(true))
        log_.write(observe::events::directory_stuck, {{"directory", name_}});
    return false;
}

net::Task<> Service::keep_turning() {
    while (!closing_) {
        last_turn_ = net::Clock::now().time_since_epoch().count();
        stuck_ = false;
        heartbeat_.expires_after(heartbeat);
        co_await heartbeat_.async_wait(asio::as_tuple(net::use_task));
    }
}

net::Task<> Service::close() {
    closing_ = true;
    heartbeat_.cancel();
    for (auto next = open_questions_.begin(); next != open_questions_.end();) {
        auto& question = *next++;
        question.emit(asio::cancellation_type::terminal);
    }
    while (!open_questions_.empty()) {
        last_answered_.expires_after(heartbeat);
        co_await last_answered_.async_wait(asio::as_tuple(net::use_task));
    }
    directory_.reset();
}

void Service::run() {
    pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
    auto work = asio::make_work_guard(io_);
    while (!closed_)
        guarded([this] { io_.run_one(); });
    work.reset();
    guarded([this] { io_.run_for(last_moment); });
    has_run_ = true;
}

// A plugin's own handlers run here as well, and their exceptions end nothing but themselves.
template <class Step>
void Service::guarded(Step step) {
    try {
        step();
    } catch (...) {
        auto words = observe::words_of(std::current_exception());
        log_.write(observe::events::directory_fault, {{"directory", name_}, {"why", words}});
    }
}

}  // namespace postern::directory
