#include <algorithm>

#include "app/application.hpp"
#include "observe/events.hpp"

// What happens to the program between its start and its end: signals and reload.
namespace postern::app {

namespace {

namespace events = observe::events;
using namespace std::chrono_literals;

}  // namespace

net::Task<> Application::obey_signals() {
    for (;;) {
        const int signal = co_await signals_.async_wait(net::use_task);
        if (signal == SIGHUP && draining_) continue;  // what it would open belongs to others now
        if (signal == SIGHUP) {
            co_await reload();
        } else if (!draining_) {
            draining_ = true;
            tasks_.push_back(
                std::make_unique<BackgroundTask>(io_, log_, "drain", [this] { return drain(); }));
        } else {
            in_a_hurry_ = true;
        }
    }
}

net::Task<> Application::reload() {
    service_manager_.reloading();
    const bool done = co_await try_to_reload();
    service_manager_.ready(done ? "Serving" : "Serving; the new settings have mistakes");
}

// All or nothing: a mistake in the new settings leaves the old ones in force, and is false.
net::Task<bool> Application::try_to_reload() {
    try {
        log_.reopen();
        auto document = config::Document::load(config_files_);
        auto next = co_await next_generation(document);
        if (!next) {
            for (const auto& problem : document.problems())
                log_.write(events::config_refused, {{"file", problem.file},
                                                    {"line", problem.line},
                                                    {"problem", problem.what},
                                                    {"hint", problem.hint}});
            co_return false;
        }
        const auto log = next->log;
        warn_of_restart(*current(), *next);
        adopt(std::move(next));
        warn_of_unused_sockets();
        log_.set_level(log.level);
        log_.set_format(log.format);
        log_.write(events::config_reloaded, {});
        co_return true;
    } catch (const std::exception& error) {
        log_.write(events::config_refused, {{"problem", error.what()}});
    }
    co_return false;
}

// What threads and files were made of at the start stays as it is.
void Application::warn_of_restart(const Generation& now, const Generation& next) {
    const auto warn = [this](const char* setting) {
        log_.write(events::config_warning,
                   {{"setting", setting}, {"why", "its new value holds from the next start on"}});
    };
    if (next.server.workers != now.server.workers) warn("server.workers");
    if (next.server.hash_pool != now.server.hash_pool) warn("server.hash");
    if (next.server.control != now.server.control) warn("server.control");
    if (next.log.file != now.log.file) warn("log.file");
}

// That this thread and all workers turn: one that does not, answers no more, and systemd hears
// nothing from us.
net::Task<> Application::prove_life() {
    const auto pause = service_manager_.watchdog() / 4;
    for (;;) {
        for (const auto& worker : workers_)
            co_await worker->turn();
        service_manager_.alive();
        co_await net::sleep_for(pause);
    }
}

// A generation that no session uses any more goes, here and not on a worker. Its directories end
// on their own threads, for which nobody waits.
net::Task<> Application::retire() {
    for (;;) {
        co_await net::sleep_for(1s);
        services_.collect();
        decltype(generations_) unused;
        std::erase_if(generations_, [&](const auto& each) {
            const bool goes = each != current() && each.use_count() == 1;
            if (goes) unused.push_back(each);
            return goes;
        });
        for (const auto& each : unused)
            co_await status_pages_.take_leave(each);
    }
}

}  // namespace postern::app
