#include "directory/measured.hpp"

#include "observe/metrics.hpp"

namespace postern::directory {

using identity::AuthResult;
using identity::LookupResult;

Measured::Measured(std::unique_ptr<Directory> inner, observe::Registry& registry,
                   const std::string& name)
    : Decorator(std::move(inner)),
      accepted_(registry.histogram(observe::metrics::directory_seconds, {name, "accepted"})),
      rejected_(registry.histogram(observe::metrics::directory_seconds, {name, "rejected"})),
      unavailable_(registry.histogram(observe::metrics::directory_seconds, {name, "unavailable"})),
      looked_up_(registry.histogram(observe::metrics::directory_seconds, {name, "lookup"})) {}

net::Task<AuthResult> Measured::authenticate(const identity::Credentials& credentials) {
    const auto begun = net::Clock::now();
    auto answer = co_await inner().authenticate(credentials);
    auto& seconds = std::holds_alternative<identity::Accepted>(answer)   ? accepted_
                    : std::holds_alternative<identity::Rejected>(answer) ? rejected_
                                                                         : unavailable_;
    seconds.observe(net::Clock::now() - begun);
    co_return answer;
}

net::Task<LookupResult> Measured::lookup(const identity::Login& login) {
    const auto begun = net::Clock::now();
    auto answer = co_await inner().lookup(login);
    looked_up_.observe(net::Clock::now() - begun);
    co_return answer;
}

}  // namespace postern::directory
