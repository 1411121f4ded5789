#include "remote/examiner.hpp"

#include <fmt/format.h>

#include "directory/failover.hpp"
#include "net/within.hpp"

namespace postern::remote {

net::Task<directory::Findings> Examiner::examine() {
    std::exception_ptr failure;
    try {
        co_await net::within(net::Clock::now() + settings_.timeout, look());
    } catch (const std::exception&) {
        failure = std::current_exception();
    }
    if (failure) tell(Kind::fault, directory::failure_of(failure).why);
    co_return std::move(findings_);
}

net::Task<> Examiner::look() {
    auto slot = slots_->try_acquire();
    if (!slot) {
        server_.drop_ready();
        slot = co_await slots_->acquire(net::Deadline::max());
    }
    auto connection = co_await server_.connect();
    const auto tls = connection->tls_version();
    tell(Kind::good, fmt::format("is there, {}, and takes passwords by {}",
                                 tls.empty() ? "without TLS" : tls, connection->method()));
    const bool verified = settings_.security.tls && settings_.security.tls->verifies_peer();
    if (!tls.empty() && !verified)
        tell(Kind::warning, "may be anybody: tls.allow-invalid-certs lets every certificate pass");
    if (tls.empty() && settings_.security.kind == Security::Kind::starttls_if_offered)
        tell(Kind::warning, "offers no STARTTLS, so passwords go there in the clear");
    if (slot) server_.leave({*std::move(slot), std::move(connection)});
}

void Examiner::tell(Kind kind, std::string sentence) {
    findings_.push_back({kind, fmt::format("{} {}", server_.text(), sentence)});
}

}  // namespace postern::remote
