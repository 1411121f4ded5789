#pragma once

#include <atomic>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <variant>

#include "directory/directory.hpp"
#include "observe/log.hpp"

namespace postern::directory {

// One configured directory as the rest of the program sees it: a stack of decorators around a
// backend, on a thread of its own, asked from any worker through net::ask. While that thread does
// not turn (a plugin blocks) every question is answered Unavailable without waiting for it.
class Service {
 public:
    using Build = std::function<std::unique_ptr<Directory>(asio::io_context&)>;

    // `build` is called here, before the thread starts; what it throws passes. `timeout` is the
    // same as Timed's.
    Service(std::string name, net::Clock::duration timeout, observe::Log& log, const Build& build);
    // Ends it, and joins. A plugin that blocks for ever blocks this too.
    ~Service();
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    // From a coroutine on any io_context. Never throws but for cancellation of the asker. An asker
    // that still waits when the Service goes gets its answer all the same.
    net::Task<identity::AuthResult> authenticate(identity::Credentials credentials);
    net::Task<identity::LookupResult> lookup(identity::Login login);
    net::Task<AdoptResult> adopt(Newcomer newcomer);
    net::Task<ListResult> accounts(PageWanted wanted);
    using Examined = std::variant<identity::Unavailable, Findings>;
    net::Task<Examined> examine();

    net::Task<ForgetResult> forget(std::optional<identity::Login> login);
    using FiguresResult = std::variant<identity::Unavailable, Figures>;
    net::Task<FiguresResult> figures();

    // Cancels open questions, which are answered Unavailable, and ends the directory on its own
    // thread. Any thread, once, and it waits for nothing. Nobody may ask any more when this begins.
    void end();
    // Nothing of it runs any more: joining is a matter of moments. Any thread.
    bool has_ended() const { return told_to_end_ && has_run_; }

    // Directory::start. Whoever does not come to an end within `patience` has no faults to tell.
    net::Task<Findings> start(net::Clock::duration patience);

    const std::string& name() const { return name_; }
    const Capabilities& capabilities() const { return capabilities_; }

 private:
    template <class Result>
    using Question = std::function<net::Task<Result>(Directory&)>;

    // On the asker's thread.
    template <class Result>
    net::Task<Result> ask(Question<Result> question, net::Clock::duration patience);
    bool turns();

    // On the directory's thread.
    template <class Result>
    net::Task<Result> answer(Question<Result> question);
    net::Task<> keep_turning();
    net::Task<> close();
    void run();
    template <class Step>
    void guarded(Step step);

    std::string name_;
    net::Clock::duration timeout_;
    observe::Log& log_;
    asio::io_context io_{1};
    net::Timer heartbeat_{io_}, last_answered_{io_};
    std::list<asio::cancellation_signal> open_questions_;
    bool closing_ = false, closed_ = false;
    std::unique_ptr<Directory> directory_;
    Capabilities capabilities_;
    std::atomic<net::Clock::rep> last_turn_{0};
    std::atomic<bool> stuck_{false};
    std::atomic<bool> told_to_end_{false}, has_run_{false};
    std::thread thread_;
};

}  // namespace postern::directory
