#include "app/application.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_future.hpp>
#include <csignal>
#include <iostream>

#include "observe/events.hpp"

namespace postern::app {

namespace {

namespace asio = net::asio;
namespace events = observe::events;
using namespace std::chrono_literals;

// After the drain timeout, sessions get this long to say their 421.
constexpr auto last_words = 5s;
// And directories to end, which they do at once unless a plugin blocks.
constexpr auto last_moment = 2s;

}  // namespace

// The name may change at a reload; who waits at the address does not notice.
struct Application::OpenListener {
    std::shared_ptr<std::string> name;
    std::string address;  // as in the settings
    std::shared_ptr<net::Acceptor> acceptor;
    BackgroundTask task;

    // What the kernel has accepted for us already is still served.
    ~OpenListener() { acceptor->stop(); }

    bool serves(const ListenerSettings& listener) const {
        const bool is_bound_there =
            std::ranges::find(listener.bind, address) != listener.bind.end();
        // At port 0 each has a port of its own.
        return is_bound_there && (*name == listener.name || !address.ends_with(":0"));
    }
};

std::unique_ptr<Application> Application::create(std::vector<std::string> config_files) {
    auto document = config::Document::load(config_files);
    if (document.is_incomplete()) {
        report(document.problems());
        return nullptr;
    }
    auto root = document.root();
    const auto log = read_log_settings(root);
    const auto server = read_server_settings(root);
    std::unique_ptr<Application> application(
        new Application(std::move(config_files), log, server.hash_pool));
    // From here on a signal waits for us, however early it comes.
    for (const int signal : {SIGHUP, SIGTERM, SIGINT})
        application->signals_.add(signal);

    auto building =
        asio::co_spawn(application->io_, application->next_generation(document), asio::use_future);
    application->io_.run();
    application->io_.restart();
    auto first = building.get();
    if (!first) {
        report(document.problems());
        return nullptr;
    }
    for (unsigned i = 0; i < first->server.workers; ++i)
        application->workers_.push_back(
            std::make_unique<Worker>(application->log_, application->connection_limits_));
    application->adopt(std::move(first));
    application->open_control();
    return application;
}

void report(const std::vector<config::Problem>& problems) {
    for (const auto& problem : problems)
        std::cerr << problem.text() << "\n";
}

Application::Application(std::vector<std::string> config_files, const observe::LogSettings& log,
                         const crypto::HashPoolSettings& hash_pool)
    : config_files_(std::move(config_files)),
      log_(log),
      hash_pool_(hash_pool),
      status_pages_({io_, log_, hash_pool_, draining_, [this] { return sessions(); },
                     [this] { return generations_; }}) {}

// Everything that runs on our loop is told to end, and has ended before anything that it uses goes.
Application::~Application() {
    listeners_.clear();
    workers_.clear();
    control_.reset();
    status_pages_.close();
    tasks_.clear();
    set_current(nullptr);
    generations_.clear();
    io_.restart();
    io_.run();
}

Foundation Application::foundation() {
    return {io_, log_, hash_pool_, files_, tickets_, draining_, services_, failures_, lost_};
}

net::Task<std::unique_ptr<Generation>> Application::next_generation(config::Document& document) {
    auto next = Generation::build(document, foundation());
    if (!next) co_return nullptr;
    co_await next->start_directories(document);
    if (!document.problems().empty()) next.reset();
    co_return next;
}

bool Application::run() {
    tasks_.push_back(
        std::make_unique<BackgroundTask>(io_, log_, "signals", [this] { return obey_signals(); }));
    tasks_.push_back(
        std::make_unique<BackgroundTask>(io_, log_, "retiring", [this] { return retire(); }));
    if (service_manager_.watchdog().count() > 0)
        tasks_.push_back(std::make_unique<BackgroundTask>(io_, log_, "watchdog",
                                                          [this] { return prove_life(); }));
    warn_of_unused_sockets();
    service_manager_.ready("Serving");
    log_.write(events::server_started,
               {{"hostname", current()->server.hostname}, {"workers", workers_.size()}});
    io_.run();
    return is_all_over();
}

// Opens what `generation` wants and is not open yet; nothing changes when one of them cannot be.
Application::Listeners Application::missing_listeners(const Generation& generation) {
    Listeners missing;
    for (const auto& listener : generation.server.listeners) {
        for (const auto& address : listener.bind) {
            const bool is_open = std::ranges::any_of(listeners_, [&](const auto& open) {
                return open->address == address && open->serves(listener);
            });
            if (!is_open) missing.push_back(open_listener(listener.name, address));
        }
    }
    return missing;
}

// Sockets are kept by their address over a reload, whatever the listener is called then.
void Application::close_unwanted_listeners(const Generation& generation) {
    const auto& wanted = generation.server.listeners;
    std::erase_if(listeners_, [&](const auto& open) {
        const auto listener =
            std::ranges::find_if(wanted, [&](const auto& each) { return open->serves(each); });
        if (listener == wanted.end()) return true;
        *open->name = listener->name;
        return false;
    });
}

std::unique_ptr<Application::OpenListener> Application::open_listener(const std::string& first_name,
                                                                      const std::string& address) {
    auto acceptor = std::make_shared<net::Acceptor>(io_, address, inherited_);
    const auto name = std::make_shared<std::string>(first_name);
    const auto endpoint = acceptor->endpoint();
    log_.write(events::server_listening, {{"listener", first_name},
                                          {"address", endpoint.address().to_string()},
                                          {"port", endpoint.port()}});
    // Each socket is made on the worker that will serve it.
    const auto choose = [this, name] {
        // Whatever the settings become on the way: it came in by this listener, as it was.
        auto& worker = least_busy();
        const auto serve = [&worker, listener = *name, generation = current(),
                            seat = worker.seat()](net::Socket socket) {
            welcome(worker, std::move(socket), listener, generation, seat);
        };
        return net::Acceptor::Destination{&worker.io(), serve};
    };
    const auto complain = [this](const boost::system::error_code& error) {
        log_.write(events::server_accept_failed, {{"why", error.message()}});
    };
    // What is inside cannot be moved. NOLINTNEXTLINE(modernize-make-unique)
    return std::unique_ptr<OpenListener>(new OpenListener{
        name, address, acceptor, BackgroundTask(io_, log_, "listener " + first_name, [=] {
            return acceptor->accept_loop(choose, complain);
        })});
}

// Whoever connects there waits for nobody.
void Application::warn_of_unused_sockets() {
    for (const auto& endpoint : inherited_.endpoints()) {
        const bool is_used = std::ranges::any_of(
            listeners_, [&](const auto& open) { return open->acceptor->endpoint() == endpoint; });
        if (!is_used)
            log_.write(events::config_warning,
                       {{"why", "no listener has the address of an inherited socket"},
                        {"address", endpoint.address().to_string()},
                        {"port", endpoint.port()}});
    }
}

// All that can go wrong, opening an address, comes first.
void Application::adopt(std::unique_ptr<Generation> generation) {
    auto opened = missing_listeners(*generation);
    status_pages_.listen(generation->server.http);
    generation->start(foundation());
    close_unwanted_listeners(*generation);
    generations_.push_back(std::move(generation));
    set_current(generations_.back());
    std::ranges::move(opened, std::back_inserter(listeners_));
}

void Application::welcome(Worker& worker, net::Socket socket, const std::string& listener,
                          const std::shared_ptr<const Generation>& generation,
                          std::shared_ptr<void> seat) {
    const auto found = generation->listeners.find(listener);
    if (found == generation->listeners.end()) return;
    worker.serve(
        {std::move(socket), found->second,
         std::shared_ptr<const session::Environment>(generation, generation->environment.get()),
         std::move(seat)});
}

Worker& Application::least_busy() {
    return **std::ranges::min_element(workers_, {},
                                      [](const auto& each) { return each->sessions(); });
}

void Application::open_control() {
    const auto path = current()->server.control;
    if (path.empty()) return;
    control_ = std::make_shared<Control>(io_, path, [this] { return current(); });
    tasks_.push_back(std::make_unique<BackgroundTask>(
        io_, log_, "control", [control = control_] { return control->serve(); }));
}

// Stop accepting, let sessions finish, cut the rest; at once when it is asked for twice.
net::Task<> Application::drain() {
    service_manager_.stopping();
    listeners_.clear();
    log_.write(events::server_draining, {{"sessions", sessions()}});
    const auto deadline = net::Clock::now() + current()->server.drain_timeout;
    while (sessions() > 0 && net::Clock::now() < deadline && !in_a_hurry_)
        co_await net::sleep_for(20ms);
    for (const auto& worker : workers_)
        worker->cut();
    const auto end = net::Clock::now() + last_words;
    while (sessions() > 0 && net::Clock::now() < end)
        co_await net::sleep_for(20ms);
    if (sessions() == 0) co_await end_directories(deadline);
    io_.stop();
    co_await net::sleep_until(net::Deadline::max());  // the task is over with the loop
}

// A generation goes when nobody uses it any more, for it is destroyed here and nowhere else.
net::Task<> Application::end_directories(net::Deadline deadline) {
    const auto soonest = net::Clock::now() + last_moment;
    set_current(nullptr);
    for (;;) {
        std::erase_if(generations_, [](const auto& each) { return each.use_count() == 1; });
        services_.collect();
        const auto now = net::Clock::now();
        const bool is_late = now >= soonest && (now >= deadline || in_a_hurry_);
        if (services_.names().empty() || is_late) break;
        co_await net::sleep_for(20ms);
    }
}

// False, with everything in the log: some are left behind, who use what would be destroyed.
bool Application::is_all_over() {
    const auto left = sessions() == 0 ? services_.names() : std::vector<std::string>();
    for (const auto& name : left)
        log_.write(events::directory_left_behind, {{"directory", name}});
    log_.write(events::server_stopped, {{"left-behind", sessions()}});
    if (sessions() == 0 && left.empty()) return true;
    log_.finish();
    return false;
}

std::shared_ptr<const Generation> Application::current() const {
    const std::lock_guard lock(current_mutex_);
    return current_;
}

void Application::set_current(std::shared_ptr<const Generation> generation) {
    const std::lock_guard lock(current_mutex_);
    current_ = std::move(generation);
}

std::size_t Application::sessions() const {
    std::size_t count = 0;
    for (const auto& worker : workers_)
        count += worker->sessions();
    return count;
}

}  // namespace postern::app
