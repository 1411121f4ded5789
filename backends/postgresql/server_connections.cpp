#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "net/within.hpp"
#include "observe/events.hpp"
#include "postgresql/server.hpp"

// What a Server is connected by; server.cpp tells when it is up and what is asked on them.
namespace postern::postgresql {

namespace asio = net::asio;
namespace events = observe::events;
using boost::system::system_error;
using namespace std::chrono_literals;

namespace {

// Names that lead to several addresses: one that is silent leaves time for the others.
net::Clock::duration share(net::Deadline deadline, std::size_t left) {
    return (deadline - net::Clock::now()) / static_cast<int>(left);
}

}  // namespace

net::Task<std::shared_ptr<Connection>> Server::connection() {
    drop_broken();
    if (connections_.empty()) co_await add_connection();
    if (connections_.empty()) throw system_error(asio::error::operation_aborted);
    auto best = *std::ranges::min_element(connections_, {}, [](const auto& connection) {
        return std::pair(!connection->is_filling_a_batch(), connection->waiting());
    });
    // Who has one does not wait for others, nor for the reasons why there are none.
    const bool full = connections_.size() >= settings_->pool.connections;
    if (!full && !opens_others_ && net::Clock::now() >= others_refused_until_) open_others();
    co_return best;
}

// Opens one, unless somebody else has done so meanwhile.
net::Task<> Server::add_connection() {
    const auto before = connections_.size();
    const auto turn = co_await opening_->acquire(net::Deadline::max());
    if (connections_.size() > before) co_return;
    auto opened = co_await connect();
    std::exception_ptr refusal;
    try {
        co_await prepare(opened);
        if (watch_.is_closed()) throw system_error(asio::error::operation_aborted);
    } catch (const std::exception&) {
        refusal = std::current_exception();
    }
    if (refusal) {
        opened->close();
        std::rethrow_exception(refusal);
    }
    told_.clear();
    connections_.push_back(std::move(opened));
}

// All of them, before anybody waits behind a slow question.
void Server::open_others() {
    opens_others_ = true;
    auto ended = [self = shared_from_this()](const std::exception_ptr& failure) {  // extras
        self->opens_others_ = false;
        if (failure) self->others_refused_until_ = net::Clock::now() + 5s;
    };
    auto opening = [](std::shared_ptr<Server> self) -> net::Task<> {
        while (!self->connections_.empty() && !self->watch_.is_closed() &&
               self->connections_.size() < self->settings_->pool.connections)
            co_await net::within(net::Clock::now() + self->settings_->timeout,
                                 self->add_connection());
    };
    asio::co_spawn(executor_, opening(shared_from_this()), std::move(ended));
}

bool Server::is_standby() const {
    return std::ranges::any_of(connections_, [](const auto& connection) {
        return connection->parameter("in_hot_standby") == "on";
    });
}

void Server::drop_broken() {
    std::erase_if(connections_, [](const auto& connection) { return connection->is_broken(); });
}

// --- to the server

net::Task<std::shared_ptr<Connection>> Server::connect(std::string attributes) {
    // Of one server this is no preference; whoever chooses between several knows.
    const auto& usual = settings_->connection.target_session_attributes;
    if (attributes.empty()) attributes = usual == "prefer-standby" ? "any" : usual;
    const auto deadline = net::Clock::now() + settings_->timeout / 2;
    const auto all = co_await addresses();
    std::exception_ptr failure;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto until = net::Clock::now() + share(deadline, all.size() - i);
        try {
            auto connection = co_await net::within(
                until, Connection::open(target(all[i], attributes), executor_));
            connection->start();
            co_return connection;
        } catch (const Broken& error) {
            failure = std::current_exception();
            tell_refusal(error.error());
        } catch (const system_error&) {
            failure = std::current_exception();
        }
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) break;
    }
    std::rethrow_exception(failure);
}

net::Task<std::vector<std::string>> Server::addresses() {
    if (host_.host.starts_with('/')) co_return std::vector<std::string>{""};
    const auto endpoints = co_await watch_.endpoints();
    std::vector<std::string> all;
    for (const auto& endpoint : endpoints)
        all.push_back(endpoint.address().to_string());
    co_return all;
}

Connection::Target Server::target(const std::string& address, const std::string& attributes) const {
    const auto& connection = settings_->connection;
    Connection::Target target{connection.keywords, connection.password, settings_->prepare};
    auto& keywords = target.keywords;
    keywords["host"] = host_.host;
    keywords["port"] = std::to_string(host_.port);
    if (!address.empty()) keywords["hostaddr"] = address;
    keywords["target_session_attrs"] = attributes;
    // A pooler that gives every question another session refuses to keep settings of a session.
    if (settings_->prepare)
        keywords["options"] +=
            fmt::format(" -c statement_timeout={} -c standard_conforming_strings=on",
                        settings_->statement_timeout.count());
    return target;
}

net::Task<> Server::prepare(std::shared_ptr<Connection> connection) {
    objections_ = co_await prepare_all(std::move(connection), settings_->queries);
    if (objections_.empty()) co_return;
    std::string all;
    for (const auto& objection : objections_)
        all += (all.empty() ? "" : "; ") + objection.text();
    if (all != told_)
        for (const auto& objection : objections_)
            log_.write(events::directory_query_refused,
                       {{"directory", directory_}, {"server", text()}, {"why", objection.text()}});
    told_ = all;
    throw QueryRefused(all);
}

// While its first attempt lasts nothing is known yet.
net::Task<Objections> Server::objections(net::Deadline deadline) const {
    while (!watch_.has_tried() && net::Clock::now() < deadline)
        co_await net::sleep_for(10ms);
    co_return objections_;
}

void Server::tell_refusal(const ServerError& error) {
    if (!refuses_us(error.sqlstate) || error.text() == told_) return;
    told_ = error.text();
    log_.write(events::directory_service_refused,
               {{"directory", directory_}, {"server", text()}, {"why", error.text()}});
}

}  // namespace postern::postgresql
