#include "upstream/smtp_dial.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <optional>

#include "observe/events.hpp"
#include "upstream/translation.hpp"
#include "upstream/xclient.hpp"

namespace postern::upstream {

namespace {

using Target = SmtpTargets::Target;
namespace events = observe::events;

// What keeps us from sending mail at one address.
struct Obstacle {
    Fault fault = Fault::unreachable;
    std::string why;
    bool about_client = false;  // this one client cannot be introduced; others can
};
using Outcome = std::optional<Obstacle>;  // nullopt: go on

// The way from the first octet to the point where mail may be sent, at one address.
class Introduction {
 public:
    Introduction(SmtpDestination& destination, const Target& target, const ClientIdentity& client)
        : destination_(destination), target_(target), client_(client) {}

    net::Task<Outcome> run(net::Deadline connect_by);

    std::unique_ptr<SmtpWire> wire;
    smtp::Capabilities offered;
    net::Clock::time_point connected;  // or given up

 private:
    net::Task<net::Stream> connect(net::Deadline by);
    net::Task<Outcome> introduce();
    net::Task<Outcome> greeting();
    net::Task<Outcome> ehlo();
    net::Task<Outcome> starttls();
    net::Task<Outcome> xclient();
    net::Task<Outcome> step(Stage stage, std::string command);
    net::Task<> start_tls();

    const SmtpNextHopSettings& settings() const { return destination_.settings; }

    SmtpDestination& destination_;
    const Target& target_;
    const ClientIdentity& client_;
};

Outcome judge(Stage stage, const smtp::Reply& reply) {
    const auto fault = translate(stage, reply, false).fault;
    if (fault == Fault::none) return std::nullopt;
    return Obstacle{fault, std::string(to_string(stage)) + ": " + reply.summary()};
}

net::Task<Outcome> Introduction::run(net::Deadline connect_by) {
    try {
        auto stream = co_await connect(connect_by);
        wire = std::make_unique<SmtpWire>(std::move(stream));
        wire->expires_after(settings().timeouts.hello);
        co_return co_await introduce();
    } catch (const boost::system::system_error& error) {
        if (error.code() == net::asio::error::operation_aborted) throw;
        co_return Obstacle{Fault::unreachable, error.code().message()};
    } catch (const std::exception& error) {
        co_return Obstacle{Fault::unreachable, error.what()};
    }
}

net::Task<net::Stream> Introduction::connect(net::Deadline by) {
    struct Stopwatch {
        ~Stopwatch() { stopped = net::Clock::now(); }
        net::Clock::time_point& stopped;
    } const stopwatch{connected};
    co_return co_await net::connect({target_.endpoint}, by);
}

net::Task<Outcome> Introduction::introduce() {
    if (settings().implicit_tls) co_await start_tls();
    if (auto obstacle = co_await greeting()) co_return obstacle;
    if (auto obstacle = co_await ehlo()) co_return obstacle;
    if (!settings().implicit_tls && settings().starttls != StartTlsMode::never) {
        if (auto obstacle = co_await starttls()) co_return obstacle;
    }
    if (settings().identity == IdentityMode::xclient) co_return co_await xclient();
    co_return std::nullopt;
}

net::Task<Outcome> Introduction::greeting() {
    co_return judge(Stage::greeting, co_await wire->reply());
}

net::Task<Outcome> Introduction::ehlo() {
    const auto reply = co_await wire->ask("EHLO " + destination_.hostname);
    offered = smtp::parse_ehlo(reply);
    co_return judge(Stage::ehlo, reply);
}

// RFC 3207: octets behind the 220 are somebody else's; after the handshake the dialogue starts
// over.
net::Task<Outcome> Introduction::starttls() {
    if (!offered.starttls) {
        if (settings().starttls == StartTlsMode::optional) co_return std::nullopt;
        co_return Obstacle{Fault::unreachable,
                           "STARTTLS is not offered, and required by tls.starttls"};
    }
    if (auto obstacle = co_await step(Stage::starttls, "STARTTLS")) co_return obstacle;
    if (wire->has_unread()) {
        co_return Obstacle{Fault::unreachable, "octets behind STARTTLS, before TLS: an injection"};
    }
    co_await start_tls();
    co_return co_await ehlo();
}

// Postfix takes XCLIENT as the beginning of another session: it greets again, and forgets EHLO.
net::Task<Outcome> Introduction::xclient() {
    if (!knows_xclient(offered.xclient)) {
        co_return Obstacle{Fault::misconfigured,
                           "XCLIENT with NAME, ADDR and LOGIN is not offered to us"};
    }
    auto command = xclient_command(client_, offered.xclient);
    if (!command) co_return Obstacle{Fault::misconfigured, "XCLIENT cannot carry this login", true};
    if (auto obstacle = co_await step(Stage::xclient, std::move(*command))) {
        obstacle->about_client = true;
        co_return obstacle;
    }
    co_return co_await ehlo();
}

net::Task<Outcome> Introduction::step(Stage stage, std::string command) {
    co_return judge(stage, co_await wire->ask(std::move(command)));
}

net::Task<> Introduction::start_tls() {
    const auto& name = settings().tls.name;
    co_await wire->start_tls(destination_.tls, name.empty() ? target_.host : name);
}

void log_obstacle(SmtpDestination& destination, const Target& target, const Obstacle& obstacle,
                  const observe::Subject& subject) {
    const bool misconfigured = obstacle.fault == Fault::misconfigured;
    destination.log.write(
        misconfigured ? events::nexthop_misconfigured : events::nexthop_unreachable, subject,
        {{"next-hop", destination.name},
         {"address", net::HostPort{target.host, target.endpoint.port()}.text()},
         {"ip", target.endpoint.address().to_string()},
         {"why", obstacle.why}});
}

std::string in_words(const smtp::Capabilities& offered) {
    std::string words;
    for (const auto& line : smtp::ehlo_reply("", offered).lines) {
        if (!words.empty() && !line.empty()) words += ", ";
        words += line;
    }
    return words;
}

void note_answer(SmtpDestination& destination, const Target& target,
                 const smtp::Capabilities& offered, bool is_probe) {
    if (!destination.targets.answered(target.endpoint, offered, is_probe)) return;
    destination.log.write(events::nexthop_learned,
                          {{"next-hop", destination.name},
                           {"address", net::HostPort{target.host, target.endpoint.port()}.text()},
                           {"ip", target.endpoint.address().to_string()},
                           {"offers", in_words(offered)}});
}

// At the start, and behind a reload, the names may still be on their way.
net::Task<std::vector<Target>> known_targets(SmtpDestination& destination, net::Deadline until) {
    constexpr auto pause = std::chrono::milliseconds(20);
    for (;;) {
        auto targets = destination.targets.by_health();
        const bool final = !targets.empty() || destination.targets.resolver().complete();
        if (final || net::Clock::now() >= until) co_return targets;
        co_await net::sleep_for(pause);
    }
}

}  // namespace

// `connect` is for all TCP connections together, and each address has its share of what is left of
// it: one that connects and then says nothing takes nothing from the next.
net::Task<Dialled> dial(SmtpDestination& destination, const ClientIdentity& client) {
    const auto& settings = destination.settings;
    const auto begun = net::Clock::now();
    const auto targets = co_await known_targets(destination, begun + settings.connect);
    Dialled dialled{nullptr, {}, reply_to(Fault::unreachable)};
    if (targets.empty()) {
        destination.log.write(
            events::nexthop_unreachable, client.subject,
            {{"next-hop", destination.name},
             {"why", destination.targets.resolver().complete()
                         ? "its name has no address in DNS, or none that could be found"
                         : "no address is known yet"}});
    }
    net::Clock::duration left = settings.connect;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const auto now = net::Clock::now();
        if (now - begun > settings.connect + settings.timeouts.hello) break;
        Introduction introduction(destination, targets[i], client);
        const auto share = left / static_cast<net::Clock::duration::rep>(targets.size() - i);
        const auto obstacle = co_await introduction.run(now + share);
        left -= std::min(left, introduction.connected - now);
        if (!obstacle) {
            note_answer(destination, targets[i], introduction.offered, false);
            dialled.wire = std::move(introduction.wire);
            dialled.offered = std::move(introduction.offered);
            break;
        }
        if (!obstacle->about_client) destination.targets.failed(targets[i].endpoint);
        log_obstacle(destination, targets[i], *obstacle, client.subject);
        dialled.refusal = reply_to(obstacle->fault);
    }
    co_return dialled;
}

net::Task<bool> probe(SmtpDestination& destination) {
    const ClientIdentity
        nobody;  // every attribute [UNAVAILABLE], as for a client of which nothing is known
    destination.targets.prune();
    bool any = false;
    for (const auto& target : destination.targets.all()) {
        Introduction introduction(destination, target, nobody);
        const auto connect_by = net::Clock::now() + destination.settings.connect;
        const auto obstacle = co_await introduction.run(connect_by);
        if (!obstacle) {
            note_answer(destination, target, introduction.offered, true);
            any = true;
        } else if (destination.targets.failed(target.endpoint)) {
            log_obstacle(destination, target, *obstacle, {});
        }
        if (introduction.wire) co_await introduction.wire->quit(destination.settings.timeouts.quit);
    }
    co_return any;
}

}  // namespace postern::upstream
