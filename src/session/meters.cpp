#include "session/meters.hpp"

#include "observe/metrics.hpp"

namespace postern::session {

namespace {

namespace metrics = observe::metrics;
using identity::Reason;
using identity::Scope;
using identity::Source;

const char* to_string(Rule rule) {
    switch (rule) {
        case Rule::sender:
            return "sender";
        case Rule::header_sender:
            return "header-sender";
        case Rule::header:
            return "header";
        case Rule::relay:
            return "relay";
    }
    return "relay";
}

const char* to_string(Meters::Command command) {
    switch (command) {
        case Meters::Command::mail:
            return "MAIL";
        case Meters::Command::rcpt:
            return "RCPT";
        case Meters::Command::message:
            return "DATA";
    }
    return "DATA";
}

constexpr std::array outcomes = {"accepted", "deferred", "refused"};

// Calls `make` for each enumerator from the first one on.
template <class Enumerator, std::size_t count, class Make>
void fill(std::array<observe::Counter*, count>& counters, Make make) {
    for (std::size_t i = 0; i < count; ++i)
        counters.at(i) = &make(static_cast<Enumerator>(i));
}

}  // namespace

const char* to_string(Aborted reason) {
    switch (reason) {
        case Aborted::not_offered:
            return "not offered";
        case Aborted::malformed:
            return "malformed";
        case Aborted::too_long:
            return "too long";
        case Aborted::cancelled:
            return "cancelled";
    }
    return "malformed";
}

Meters::Meters(observe::Registry& registry) {
    add_directory(registry, "");
    add_next_hop(registry, "");
    fill<LimitKind>(limited_, [&](auto by) -> auto& {
        return registry.counter(metrics::auth, {"", "limited", to_string(by), ""});
    });
    fill<Aborted>(aborted_, [&](auto reason) -> auto& {
        return registry.counter(metrics::auth, {"", "aborted", to_string(reason), ""});
    });
    fill<Rule>(refused_, [&](auto rule) -> auto& {
        return registry.counter(metrics::refused, {to_string(rule)});
    });
    accepted_ = &registry.counter(metrics::connections, {"accepted"});
    turned_away_ = &registry.counter(metrics::connections, {"refused"});
    for (const char* version : {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3", "failed"})
        tls_[version] = &registry.counter(metrics::tls_handshakes, {version});
}

void Meters::add_directory(observe::Registry& registry, const std::string& name) {
    Directory made;
    fill<Source>(made.accepted, [&](auto source) -> auto& {
        return registry.counter(metrics::auth, {name, "accepted", "", to_string(source)});
    });
    for (const auto reason : {Reason::unknown_user, Reason::bad_credentials, Reason::disabled,
                              Reason::expired, Reason::locked, Reason::not_permitted})
        fill<Source>(made.rejected.at(static_cast<std::size_t>(reason)), [&](auto source) -> auto& {
            return registry.counter(
                metrics::auth, {name, "rejected", identity::to_string(reason), to_string(source)});
        });
    fill<Scope>(made.unavailable, [&](auto scope) -> auto& {
        return registry.counter(metrics::auth, {name, "unavailable", to_string(scope), ""});
    });
    made.seconds = &registry.histogram(metrics::auth_seconds, {name});
    directories_[name] = made;
}

void Meters::add_next_hop(observe::Registry& registry, const std::string& name) {
    NextHop made;
    for (const auto command : {Command::mail, Command::rcpt, Command::message})
        for (std::size_t outcome = 0; outcome < outcomes.size(); ++outcome)
            made.commands.at(static_cast<std::size_t>(command)).at(outcome) =
                &registry.counter(metrics::relay, {name, to_string(command), outcomes.at(outcome)});
    made.octets = &registry.counter(metrics::relay_octets, {name});
    made.open = &registry.histogram(metrics::next_hop_seconds, {name, "open"});
    made.message = &registry.histogram(metrics::next_hop_seconds, {name, "message"});
    next_hops_[name] = made;
}

template <class Found>
const Found& Meters::find(const std::map<std::string, Found, std::less<>>& all,
                          std::string_view name) {
    const auto found = all.find(name);
    return found == all.end() ? all.begin()->second : found->second;
}

void Meters::auth(std::string_view directory, const identity::AuthResult& verdict,
                  observe::Histogram::Duration took) const {
    const auto& meters = find(directories_, directory);
    meters.seconds->observe(took);
    if (const auto* accepted = std::get_if<identity::Accepted>(&verdict))
        at(meters.accepted, accepted->source).add();
    else if (const auto* rejected = std::get_if<identity::Rejected>(&verdict))
        at(meters.rejected.at(static_cast<std::size_t>(rejected->reason)), rejected->source).add();
    else
        at(meters.unavailable, std::get<identity::Unavailable>(verdict).scope).add();
}

void Meters::tls(std::string_view version) const {
    const auto found = tls_.find(version);
    (found == tls_.end() ? tls_.find("failed") : found)->second->add();
}

const Meters::NextHop& Meters::next_hop(std::string_view name) const {
    return find(next_hops_, name);
}

void Meters::NextHop::count(Command command, const smtp::Reply& reply) const {
    const std::size_t outcome = reply.positive() ? 0 : reply.code < 500 ? 1 : 2;
    commands.at(static_cast<std::size_t>(command)).at(outcome)->add();
}

}  // namespace postern::session
