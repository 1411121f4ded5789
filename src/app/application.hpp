// app: the composition root. Application builds every object of the program from the settings, in
// dependency order; a Generation is what one reading of the settings made; a Worker is one thread
// with its loop and its sessions.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "app/connection_limits.hpp"
#include "app/control.hpp"
#include "app/generation.hpp"
#include "app/service_manager.hpp"
#include "app/status_pages.hpp"
#include "app/worker.hpp"
#include "net/acceptor.hpp"
#include "net/inherited_sockets.hpp"

namespace postern::app {

// The running gateway: workers, listeners, and the current Generation of everything the settings
// describe. Its own thread, the one that calls `run`, accepts connections and does the background
// work.
class Application {
 public:
    // nullptr: the settings have mistakes, which stand on standard error. Throws when something
    // else is wrong: an address in use, a log that cannot be written.
    static std::unique_ptr<Application> create(std::vector<std::string> config_files);
    ~Application();

    // Serves until SIGTERM or SIGINT has drained it. False: sessions or directories had to be left
    // behind, and the process must end without destroying what they use.
    bool run();

 private:
    Application(std::vector<std::string> config_files, const observe::LogSettings& log,
                const crypto::HashPoolSettings& hash_pool);

    Foundation foundation();
    // nullptr: what is wrong has become Problems of `document`.
    net::Task<std::unique_ptr<Generation>> next_generation(config::Document& document);
    void adopt(std::unique_ptr<Generation> generation);

    struct OpenListener;
    using Listeners = std::vector<std::unique_ptr<OpenListener>>;
    Listeners missing_listeners(const Generation& generation);
    void close_unwanted_listeners(const Generation& generation);
    void warn_of_unused_sockets();
    std::unique_ptr<OpenListener> open_listener(const std::string& name,
                                                const std::string& address);
    static void welcome(Worker& worker, net::Socket socket, const std::string& listener,
                        const std::shared_ptr<const Generation>& generation,
                        std::shared_ptr<void> seat);
    Worker& least_busy();

    void open_control();
    net::Task<> obey_signals();
    net::Task<> reload();
    net::Task<bool> try_to_reload();
    net::Task<> prove_life();
    void warn_of_restart(const Generation& now, const Generation& next);
    net::Task<> drain();
    net::Task<> end_directories(net::Deadline deadline);
    bool is_all_over();
    net::Task<> retire();

    std::shared_ptr<const Generation> current() const;  // any thread
    void set_current(std::shared_ptr<const Generation> generation);
    std::size_t sessions() const;

    const std::vector<std::string> config_files_;
    const ServiceManager service_manager_ = ServiceManager::of_environment();
    const net::InheritedSockets inherited_ = net::InheritedSockets::of_environment();
    net::asio::io_context io_{1};
    net::asio::signal_set signals_{io_};
    std::atomic<bool> draining_{false};
    bool in_a_hurry_ = false;  // a second signal: nobody is waited for
    observe::Log log_;
    crypto::HashPool hash_pool_;
    net::BlockingPool files_{4, 256};
    std::shared_ptr<net::TicketKeys> tickets_ = std::make_shared<net::TicketKeys>();
    std::shared_ptr<cache::LocalCounters> failures_ =
        std::make_shared<cache::LocalCounters>(cache::Counters::usual_entries);
    std::shared_ptr<cache::LostByDirectory> lost_ = std::make_shared<cache::LostByDirectory>();
    ConnectionLimits connection_limits_;
    ServiceThreads services_;
    std::vector<std::shared_ptr<const Generation>>
        generations_;  // the current one, and those still in use
    mutable std::mutex current_mutex_;
    std::shared_ptr<const Generation> current_;
    std::vector<std::unique_ptr<Worker>> workers_;
    Listeners listeners_;
    StatusPages status_pages_;
    std::shared_ptr<Control> control_;
    std::vector<std::unique_ptr<BackgroundTask>> tasks_;
};

// On standard error, one a line.
void report(const std::vector<config::Problem>& problems);

}  // namespace postern::app
