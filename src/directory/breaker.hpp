#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "directory/decorator.hpp"
#include "net/backoff.hpp"
#include "observe/log.hpp"

namespace postern::directory {

struct BreakerSettings {
    unsigned failures = 5;  // so many one behind the other open it
    // Or this share of the questions of one window, when there were enough of them.
    unsigned percent = 80;
    std::size_t least = 20;
    net::Clock::duration window = std::chrono::seconds(10);
    // How long it stays open: longer from time to time while probes fail.
    net::Backoff::Duration pause = std::chrono::milliseconds(500);
    net::Backoff::Duration longest_pause = std::chrono::seconds(5);
};

// What a breaker knows, without any question: closed (everybody may ask), open (nobody), half open
// (one probe at a time). Time is what the caller says it is.
class Circuit {
 public:
    explicit Circuit(const BreakerSettings& settings)
        : settings_(settings), pause_(settings.pause, settings.longest_pause) {}

    enum class Admission : std::uint8_t { refused, question, probe };
    Admission admit(net::Clock::time_point now);
    // What became of somebody who was let in. True: that opened or closed it.
    bool succeeded(net::Clock::time_point now);
    bool failed(Admission admission, net::Clock::time_point now);
    // Nobody knows, for the asker has gone, or our own limits refused the question.
    void ended_unknown(Admission admission);

    bool is_closed() const { return closed_; }

 private:
    void begin_window(net::Clock::time_point now);
    void open(net::Clock::time_point now);

    BreakerSettings settings_;
    net::Backoff pause_;
    bool closed_ = true, probing_ = false;
    net::Clock::time_point probe_from_, window_end_;
    unsigned in_a_row_ = 0;
    std::size_t asked_ = 0, failed_ = 0;  // in this window
};

// Spares a directory that is down the questions, and those who ask the wait: after too many answers
// of Unavailable{directory} the next ones are so at once, but for a probe now and then. What an odd
// entry or our own limits prevent says nothing about the directory.
class Breaker final : public Decorator {
 public:
    Breaker(std::unique_ptr<Directory> inner, const BreakerSettings& settings, observe::Log& log,
            std::string name);
    net::Task<identity::AuthResult> authenticate(const identity::Credentials& credentials) override;
    net::Task<identity::LookupResult> lookup(const identity::Login& login) override;
    net::Task<StampResult> check_stamp(const std::string& stamp) override;
    void add_figures(Figures& figures) const override;

 private:
    class Visit;
    template <class Result, class Question>
    net::Task<Result> ask(Question question);
    void failed(Circuit::Admission admission, std::string_view why);
    void succeeded();

    Circuit circuit_;
    observe::Log& log_;
    std::string name_;
    std::string why_;  // it is open
};

}  // namespace postern::directory
