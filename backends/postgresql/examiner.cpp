#include "postgresql/examiner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "net/within.hpp"
#include "postgresql/preparation.hpp"
#include "postgresql/statements.hpp"

namespace postern::postgresql {

net::Task<directory::Findings> Examiner::examine() {
    std::string why;
    try {
        co_await net::within(net::Clock::now() + settings_.timeout, look_at_everything());
    } catch (const boost::system::system_error& error) {
        const bool late = error.code() == net::asio::error::timed_out;
        why = late ? "no answer in time" : error.code().message();
    } catch (const std::exception& error) {
        why = error.what();
    }
    if (!why.empty()) tell(Kind::fault, why);
    co_return std::move(findings_);
}

net::Task<> Examiner::look_at_everything() {
    const auto connection = co_await server_.connect();
    // However this ends, it is closed: it keeps itself alive until then.
    const std::shared_ptr<void> at_end(nullptr, [connection](void*) { connection->close(); });
    look_at_ourselves(*connection);
    co_await look_at_queries(connection);
}

void Examiner::look_at_ourselves(const Connection& connection) {
    const auto tls = connection.tls_version();
    const bool is_standby = connection.parameter("in_hot_standby") == "on";
    tell(Kind::good,
         fmt::format("PostgreSQL {}{}, knows us as {}, {}", connection.parameter("server_version"),
                     is_standby ? " (a standby)" : "", connection.user(),
                     tls.empty() ? "without TLS" : tls));
    if (connection.parameter("is_superuser") == "on")
        tell(Kind::warning,
             fmt::format("{} is a superuser there: a role that may only read what the queries name "
                         "is enough",
                         connection.user()));
    const bool writes = settings_.queries.rehash || settings_.queries.touch;
    if (is_standby && writes)
        tell(Kind::warning, "is read only, so query.rehash and query.touch fail there");
}

net::Task<> Examiner::look_at_queries(std::shared_ptr<Connection> connection) {
    const auto objections = co_await prepare_all(std::move(connection), settings_.queries);
    for (const auto& objection : objections)
        tell(Kind::fault, objection.text());
    std::string good;
    for (const auto& statement : all_statements_of(settings_.queries))
        if (std::ranges::find(objections, statement.key, &Objection::key) == objections.end())
            good += fmt::format("{}query.{}", good.empty() ? "" : ", ", statement.key);
    if (!good.empty()) tell(Kind::good, "takes " + good);
}

void Examiner::tell(Kind kind, std::string sentence) {
    findings_.push_back({kind, fmt::format("{} {}", server_.text(), sentence)});
}

}  // namespace postern::postgresql
