#include "app/status_pages.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "net/host_port.hpp"
#include "net/within.hpp"
#include "observe/exposition.hpp"
#include "observe/metrics.hpp"

namespace postern::app {

namespace {

namespace json = boost::json;
namespace metrics = observe::metrics;
using directory::Figures;
using directory::Service;
using observe::Sample;
using namespace std::chrono_literals;

// A directory that does not answer holds up nobody who only wants to look.
constexpr auto patience = 1s;

net::Task<Service::FiguresResult> figures_of(std::shared_ptr<Service> service) {
    try {
        co_return co_await net::within<Service::FiguresResult>(net::Clock::now() + patience,
                                                               service->figures());
    } catch (const boost::system::system_error& error) {
        if (error.code() != net::asio::error::timed_out) throw;
        co_return identity::Unavailable{identity::Scope::directory, "it does not answer"};
    }
}

// Why a directory cannot be asked; empty: it can.
std::string why_down(const Service::FiguresResult& told) {
    if (const auto* unavailable = std::get_if<identity::Unavailable>(&told))
        return unavailable->why;
    const bool open = DirectoryFigures::value(std::get<Figures>(told), "breaker.open") != 0;
    return open ? "its last answers were none, so it is left alone (breaker)" : "";
}

json::object state(const std::string& why) {
    if (why.empty()) return {{"up", true}};
    return {{"up", false}, {"why", why}};
}

void add_next_hops(const Generation& generation, std::vector<Sample>& samples) {
    for (const auto& [name, next_hop] : generation.environment->next_hops) {
        const auto standing = next_hop->standing();
        samples.push_back({metrics::next_hop_up, {name}, standing.up ? 1.0 : 0.0});
        if (standing.connections)
            samples.push_back({metrics::next_hop_connections,
                               {name},
                               static_cast<double>(*standing.connections)});
    }
}

}  // namespace

StatusPages::StatusPages(Program program)
    : program_(std::move(program)), figures_(program_.log.registry()) {}

void StatusPages::listen(const HttpSettings& settings) {
    decltype(listeners_) opened;
    for (const auto& address : settings.bind) {
        const auto parts = net::parse_host_port(address);
        if (!parts || listeners_.contains(address)) continue;
        opened[address] = std::make_unique<observe::HttpListener>(
            program_.io, parts->host, parts->port,
            [this](observe::HttpQuestion question) { return answer(std::move(question)); });
    }
    std::erase_if(listeners_, [&](const auto& open) {
        return std::ranges::find(settings.bind, open.first) == settings.bind.end();
    });
    listeners_.merge(opened);
}

net::Task<observe::HttpAnswer> StatusPages::answer(observe::HttpQuestion question) {
    if (question.path == "/metrics")
        co_return observe::HttpAnswer{200, co_await metrics(), observe::exposition_type};
    if (question.path == "/healthz") co_return observe::HttpAnswer{200, "ok\n"};
    if (question.path != "/readyz") co_return observe::HttpAnswer{404, "Not Found\n"};
    if (question.query == "deep") co_return co_await readiness();
    if (program_.draining) co_return observe::HttpAnswer{503, "draining\n"};
    co_return observe::HttpAnswer{200, "ready\n"};
}

net::Task<std::string> StatusPages::metrics() {
    std::vector<Sample> state;
    const auto generations = program_.generations();
    for (const auto& generation : generations) {
        const bool is_current = generation == generations.back();
        for (const auto& [name, service] : generation->environment->directories) {
            const auto told = co_await figures_of(service);
            const auto* figures = std::get_if<Figures>(&told);
            if (figures != nullptr) figures_.add_growth(*service, *figures);
            if (!is_current) continue;
            if (figures != nullptr) DirectoryFigures::add_state(name, *figures, state);
            state.push_back({metrics::directory_up, {name}, why_down(told).empty() ? 1.0 : 0.0});
        }
        if (is_current) add_next_hops(*generation, state);
    }
    auto samples = program_.log.registry().samples();
    std::ranges::move(state, std::back_inserter(samples));
    add_program(samples);
    co_return observe::exposition(samples);
}

void StatusPages::add_program(std::vector<Sample>& samples) const {
    for (const auto& [event, count] : program_.log.event_counts().by_name())
        samples.push_back({metrics::events, {std::string(event)}, static_cast<double>(count)});
    const auto add = [&samples](const observe::Metric& metric, auto value,
                                std::vector<std::string> labels = {}) {
        samples.push_back({metric, std::move(labels), static_cast<double>(value)});
    };
    const auto pool = program_.hash_pool.figures();
    add(metrics::log_lines_lost, program_.log.lost_lines());
    add(metrics::sessions, program_.sessions());
    add(metrics::hash_jobs, pool.running, {"running"});
    add(metrics::hash_jobs, pool.waiting, {"waiting"});
    add(metrics::hash_refused, pool.refused);
    samples.push_back({metrics::hash_queue_seconds, {}, pool.waited});
    add(metrics::started,
        std::chrono::duration_cast<std::chrono::seconds>(started_.time_since_epoch()).count());
}

net::Task<observe::HttpAnswer> StatusPages::readiness() {
    json::object directories, next_hops;
    bool good = !program_.draining;
    const auto generations = program_.generations();
    if (generations.empty()) co_return observe::HttpAnswer{503, "stopping\n"};
    const auto& current = generations.back();
    for (const auto& [name, service] : current->environment->directories) {
        const auto why = why_down(co_await figures_of(service));
        good = good && why.empty();
        directories[name] = state(why);
    }
    for (const auto& [name, next_hop] : current->environment->next_hops) {
        const bool up = next_hop->standing().up;
        good = good && up;
        next_hops[name] = state(up ? "" : "none of its addresses answered last time");
    }
    const json::object all{{"ready", good},
                           {"draining", program_.draining.load()},
                           {"directories", std::move(directories)},
                           {"next-hops", std::move(next_hops)}};
    co_return observe::HttpAnswer{good ? 200U : 503U, json::serialize(all) + "\n",
                                  "application/json"};
}

net::Task<> StatusPages::take_leave(std::shared_ptr<const Generation> generation) {
    for (const auto& [name, service] : generation->environment->directories) {
        const auto told = co_await figures_of(service);
        if (const auto* figures = std::get_if<Figures>(&told))
            figures_.add_growth(*service, *figures);
        figures_.forget(*service);
    }
}

}  // namespace postern::app
