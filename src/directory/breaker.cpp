#include "directory/breaker.hpp"

#include "observe/events.hpp"

namespace postern::directory {

namespace events = observe::events;
using identity::AuthResult;
using identity::LookupResult;
using identity::Scope;
using identity::Unavailable;

Circuit::Admission Circuit::admit(net::Clock::time_point now) {
    if (closed_) return Admission::question;
    if (probing_ || now < probe_from_) return Admission::refused;
    probing_ = true;
    return Admission::probe;
}

bool Circuit::succeeded(net::Clock::time_point now) {
    in_a_row_ = 0;
    if (closed_) {
        begin_window(now);
        ++asked_;
        return false;
    }
    closed_ = true;
    probing_ = false;
    window_end_ = {};
    pause_.reset();
    return true;
}

bool Circuit::failed(Admission admission, net::Clock::time_point now) {
    if (admission == Admission::probe) {
        open(now);
        return false;
    }
    if (!closed_) return false;  // asked before it opened
    begin_window(now);
    ++asked_;
    ++failed_;
    ++in_a_row_;
    const bool often = asked_ >= settings_.least && failed_ * 100 >= asked_ * settings_.percent;
    if (!often && in_a_row_ < settings_.failures) return false;
    open(now);
    return true;
}

void Circuit::ended_unknown(Admission admission) {
    if (admission == Admission::probe) probing_ = false;
}

void Circuit::begin_window(net::Clock::time_point now) {
    if (now < window_end_) return;
    window_end_ = now + settings_.window;
    asked_ = failed_ = 0;
}

void Circuit::open(net::Clock::time_point now) {
    closed_ = probing_ = false;
    probe_from_ = now + pause_.next();
}

// Somebody who was let in. Whatever ends the question, a probe makes room for the next one.
class Breaker::Visit {
 public:
    Visit(Circuit& circuit, Circuit::Admission admission)
        : circuit_(circuit), admission_(admission) {}
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;
    ~Visit() {
        if (!judged_) circuit_.ended_unknown(admission_);
    }
    Circuit::Admission judged() {
        judged_ = true;
        return admission_;
    }

 private:
    Circuit& circuit_;
    Circuit::Admission admission_;
    bool judged_ = false;
};

Breaker::Breaker(std::unique_ptr<Directory> inner, const BreakerSettings& settings,
                 observe::Log& log, std::string name)
    : Decorator(std::move(inner)), circuit_(settings), log_(log), name_(std::move(name)) {}

net::Task<AuthResult> Breaker::authenticate(const identity::Credentials& credentials) {
    return ask<AuthResult>([this, &credentials] { return inner().authenticate(credentials); });
}

net::Task<LookupResult> Breaker::lookup(const identity::Login& login) {
    return ask<LookupResult>([this, &login] { return inner().lookup(login); });
}

net::Task<StampResult> Breaker::check_stamp(const std::string& stamp) {
    return ask<StampResult>([this, &stamp] { return inner().check_stamp(stamp); });
}

template <class Result, class Question>
net::Task<Result> Breaker::ask(Question question) {
    const auto admission = circuit_.admit(net::Clock::now());
    if (admission == Circuit::Admission::refused)
        co_return Unavailable{.scope = Scope::directory,
                              .why = "not asked while it is down: " + why_,
                              .may_count = false};
    Visit visit(circuit_, admission);
    std::exception_ptr thrown;
    Result answer;
    try {
        answer = co_await question();
    } catch (...) {
        thrown = std::current_exception();
    }
    if (thrown) {
        if (!co_await net::is_cancelled()) failed(visit.judged(), observe::words_of(thrown));
        std::rethrow_exception(thrown);
    }
    const auto* unavailable = std::get_if<Unavailable>(&answer);
    if (unavailable == nullptr || unavailable->scope == Scope::question) {
        visit.judged();
        succeeded();
    } else if (unavailable->scope == Scope::directory) {
        failed(visit.judged(), unavailable->why);
    }
    co_return answer;
}

void Breaker::add_figures(Figures& figures) const {
    figures.push_back({"breaker.open", circuit_.is_closed() ? 0.0 : 1.0});
    Decorator::add_figures(figures);
}

void Breaker::succeeded() {
    if (circuit_.succeeded(net::Clock::now()))
        log_.write(events::directory_breaker_closed, {{"directory", name_}});
}

void Breaker::failed(Circuit::Admission admission, std::string_view why) {
    why_ = why;
    if (circuit_.failed(admission, net::Clock::now()))
        log_.write(events::directory_breaker_open, {{"directory", name_}, {"why", why}});
}

}  // namespace postern::directory
