#include "ldap/server.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "ldap/result_code.hpp"
#include "ldap/verdict.hpp"
#include "net/within.hpp"
#include "observe/events.hpp"

namespace postern::ldap {

namespace asio = net::asio;
namespace events = observe::events;
using boost::system::system_error;
using namespace std::chrono_literals;

namespace {

constexpr auto suspicion = 5s;

// Active Directory answers so on a connection whose bind it has forgotten.
bool has_lost_its_bind(const Answer& answer) {
    return answer.code == result_code::operations_error &&
           answer.diagnostic.find("000004DC") != std::string::npos;
}

std::vector<net::HostPort> hosts_of(const ServerAddress& address) {
    if (address.scheme == ServerAddress::Scheme::ldapi) return {};
    return {address.host_port};
}

}  // namespace

Server::Server(std::shared_ptr<const Settings> settings, ServerAddress address,
               std::string directory, observe::Log& log, net::Executor executor)
    : settings_(std::move(settings)),
      address_(std::move(address)),
      directory_(std::move(directory)),
      log_(log),
      executor_(executor),
      watch_(*this,
             {directory_, text(), hosts_of(address_), settings_->timeout, settings_->pool.idle},
             log_, executor),
      bind_slots_(std::make_shared<net::Slots>(settings_->pool.binds)),
      opening_(std::make_shared<net::Slots>(1)) {}

void Server::close() {
    watch_.close();
    drop_all();
}

// --- whether it is up

void Server::drop_all() {
    for (const auto& pipeline : std::exchange(pipelines_, {}))
        pipeline->close();
    at_rest_.clear();
}

void Server::drop_silent(net::Clock::time_point since) {
    for (const auto& pipeline : pipelines_)
        if (pipeline->asked() >= since && pipeline->heard() < since) pipeline->close();
    drop_broken_pipelines();
}

bool Server::is_suspect() const {
    return net::Clock::now() - bind_unanswered_ < suspicion;
}

net::Clock::time_point Server::heard() const {
    auto latest = heard_;
    for (const auto& pipeline : pipelines_)
        latest = std::max(latest, pipeline->heard());
    return latest;
}

// --- searches

net::Task<Message> Server::search(Search search) {
    for (bool again = true;; again = false) {
        const auto pipeline = co_await this->pipeline();
        std::exception_ptr failure;
        try {
            const auto begun = net::Clock::now();
            auto message = co_await pipeline->search(search);
            log_step(begun, "search", search.base, search.filter, message);
            if (!again || !has_lost_its_bind(message.answer)) co_return message;
            pipeline->close();
            continue;
        } catch (const system_error&) {
            failure = std::current_exception();
        }
        // A connection may have been closed while it was at rest.
        if (!again || !pipeline->is_broken() || co_await net::is_cancelled())
            std::rethrow_exception(failure);
    }
}

net::Task<bool> Server::knows_chain_rule() {
    co_await pipeline();  // whoever opens one finds out
    co_return knows_chain_rule_;
}

// --- the binds of users

net::Task<Server::Lease> Server::lease() {
    auto slot = co_await bind_slots_->acquire(net::Deadline::max());
    if (!slot) throw system_error(asio::error::operation_aborted);
    co_return Lease(shared_from_this(), std::move(*slot));
}

Server::Lease::~Lease() {
    if (!connection_ || server_->watch_.is_closed() || !server_->is_up() || !connection_->is_fit())
        return;
    server_->at_rest_.push_front({std::move(connection_), net::Clock::now()});
}

net::Task<Answer> Server::Lease::bind(const std::string& dn, const crypto::Secret& password) {
    for (bool again = true;; again = false) {
        // A second bind of the same user stays where the first one was.
        const bool is_mine = connection_ != nullptr;
        if (!is_mine) connection_ = server_->take_rested();
        const bool was_at_rest = !is_mine && connection_ != nullptr;
        if (!connection_) connection_ = co_await server_->connect();
        std::exception_ptr failure;
        try {
            const auto begun = net::Clock::now();
            const auto message = co_await connection_->bind(dn, password);
            server_->heard_ = connection_->heard();
            server_->bind_unanswered_ = {};
            server_->log_step(begun, "bind", dn, "", message);
            co_return message.answer;
        } catch (const system_error&) {
            failure = std::current_exception();
        }
        connection_.reset();
        if (co_await net::is_cancelled()) server_->bind_unanswered_ = net::Clock::now();
        // Closed at rest, without a word that `is_fit` could have seen: so may the others be. Once
        // only, for a server may count what it does not answer.
        if (!again || !was_at_rest || co_await net::is_cancelled()) std::rethrow_exception(failure);
        server_->at_rest_.clear();
    }
}

net::Task<Message> Server::Lease::search(const Search& search) {
    const auto begun = net::Clock::now();
    auto message = co_await connection_->search(search);
    server_->log_step(begun, "search as the user", search.base, search.filter, message);
    co_return message;
}

net::Task<Message> Server::Lease::who_am_i() {
    const auto begun = net::Clock::now();
    auto message = co_await connection_->who_am_i();
    server_->log_step(begun, "who am I", message.value, "", message);
    co_return message;
}

void Server::log_step(net::Clock::time_point begun, std::string_view step, std::string_view dn,
                      std::string_view filter, const Message& message) const {
    if (!log_.writes(events::directory_step)) return;
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(net::Clock::now() - begun);
    log_.write(events::directory_step, {{"directory", directory_},
                                        {"server", address_.text()},
                                        {"step", step},
                                        {"dn", dn},
                                        {"filter", filter},
                                        {"result", name_of(message.answer.code)},
                                        {"words", message.answer.diagnostic},
                                        {"entries", message.entries.size()},
                                        {"us", took.count()}});
}

}  // namespace postern::ldap
