#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "ldap/server.hpp"
#include "ldap/verdict.hpp"
#include "net/within.hpp"
#include "observe/events.hpp"

// What a Server is connected by; server.cpp tells when it is up and what is asked on them.
namespace postern::ldap {

namespace asio = net::asio;
namespace events = observe::events;
using boost::system::system_error;
using namespace std::chrono_literals;

namespace {

// Our own account counts wrong passwords too: seven in a quarter of an hour, where the strictest of
// the usual policies lock after ten.
constexpr net::Clock::duration refused_for = 2min;

constexpr std::size_t crowded = 4;  // searches on a connection before another one is opened

}  // namespace

// --- for searches

net::Task<std::shared_ptr<Pipeline>> Server::pipeline() {
    drop_broken_pipelines();
    if (pipelines_.empty()) co_await add_pipeline();
    if (pipelines_.empty()) throw system_error(asio::error::operation_aborted);
    auto best = *std::ranges::min_element(pipelines_, {},
                                          [](const auto& pipeline) { return pipeline->waiting(); });
    // Who has one does not wait for another, nor for the reasons why there is none.
    const bool full = pipelines_.size() >= settings_->pool.searches;
    if (!full && !opens_another_ && best->waiting() >= crowded) open_another();
    co_return best;
}

// Opens one, unless somebody else has done so meanwhile.
net::Task<> Server::add_pipeline() {
    const auto before = pipelines_.size();
    const auto turn = co_await opening_->acquire(net::Deadline::max());
    if (pipelines_.size() > before) co_return;
    auto opened = co_await open_pipeline();
    if (watch_.is_closed()) throw system_error(asio::error::operation_aborted);
    pipelines_.push_back(std::move(opened));
}

void Server::open_another() {
    opens_another_ = true;
    auto ended = [self = shared_from_this()](const std::exception_ptr&) {  // it was an extra
        self->opens_another_ = false;
    };
    auto opening = [](std::shared_ptr<Server> self) -> net::Task<> {
        co_await net::within(net::Clock::now() + self->settings_->timeout, self->add_pipeline());
    };
    asio::co_spawn(executor_, opening(shared_from_this()), std::move(ended));
}

void Server::drop_broken_pipelines() {
    std::erase_if(pipelines_, [](const auto& pipeline) { return pipeline->is_broken(); });
}

net::Task<std::shared_ptr<Pipeline>> Server::open_pipeline() {
    auto connection = co_await connect_as_service();
    const auto root = co_await connection->search(root_search());
    for (const auto& entry : root.entries)
        knows_chain_rule_ = std::ranges::count(entry.values("supportedCapabilities"),
                                               "1.2.840.113556.1.4.800") > 0;  // Active Directory
    auto pipeline = std::make_shared<Pipeline>(std::move(connection), executor_);
    pipeline->start();
    co_return pipeline;
}

net::Task<std::unique_ptr<Connection>> Server::connect_as_service() {
    if (net::Clock::now() < refused_until_) throw Refused(refusal_);
    auto connection = co_await connect();
    co_await bind_service(*connection);
    co_return connection;
}

net::Task<> Server::bind_service(Connection& connection) {
    const auto& service = settings_->service;
    if (service.kind == ServiceAccount::Kind::anonymous) co_return;
    const auto message = service.kind == ServiceAccount::Kind::external
                             ? co_await connection.bind_external()
                             : co_await connection.bind(service.dn, service.password);
    const auto refusal = judge_service_bind(message.answer);
    if (!refusal) co_return;
    log_.write(events::directory_service_refused,
               {{"directory", directory_}, {"server", address_.text()}, {"why", refusal->why}});
    if (std::holds_alternative<identity::Reason>(judge_bind(message.answer))) {
        refused_until_ = net::Clock::now() + refused_for;
        refusal_ = refusal->why;
    }
    throw Refused(refusal->why);
}

// Firewalls forget connections that nobody uses, and tell nobody.
net::Task<> Server::keep_alive() {
    const auto now = net::Clock::now();
    std::erase_if(at_rest_, [&](const AtRest& each) {
        return now - each.since > settings_->pool.idle || !each.connection->is_fit();
    });
    drop_broken_pipelines();
    for (const auto& pipeline : std::vector(pipelines_)) {
        const bool rests =
            pipeline->waiting() == 0 && now - pipeline->heard() > settings_->pool.idle;
        if (rests && !co_await still_answers(pipeline)) pipeline->close();
    }
    drop_broken_pipelines();
}

net::Task<bool> Server::still_answers(std::shared_ptr<Pipeline> pipeline) {
    try {
        co_await net::within(net::Clock::now() + settings_->timeout,
                             pipeline->search(root_search()));
        co_return true;
    } catch (const std::exception&) {  // a question opens another one and hears the reason
        co_return false;
    }
}

// --- to the server

net::Task<std::unique_ptr<Connection>> Server::connect() {
    Transport transport{address_, settings_->start_tls, settings_->tls, settings_->tls_name};
    if (transport.tls_name.empty()) transport.tls_name = address_.host_port.host;
    transport.patience = settings_->connect_patience();
    const bool is_local = address_.scheme == ServerAddress::Scheme::ldapi;
    std::vector<net::Endpoint> found;
    if (!is_local) found = co_await watch_.endpoints();
    auto connection = co_await Connection::open(std::move(transport), std::move(found));
    heard_ = std::max(heard_, connection->heard());
    co_return connection;
}

std::unique_ptr<Connection> Server::take_rested() {
    while (!at_rest_.empty()) {
        auto connection = std::move(at_rest_.front().connection);
        at_rest_.pop_front();
        if (connection->is_fit()) return connection;
    }
    return nullptr;
}

}  // namespace postern::ldap
