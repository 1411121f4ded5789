#include "upstream/smtp_next_hop.hpp"

#include "net/backoff.hpp"
#include "net/within.hpp"
#include "observe/events.hpp"
#include "smtp/replies.hpp"
#include "upstream/smtp_connection.hpp"
#include "upstream/smtp_dial.hpp"
#include "upstream/translation.hpp"

namespace postern::upstream {

namespace replies = smtp::replies;

namespace {

constexpr auto least_pause = std::chrono::seconds(1);

}  // namespace

SmtpNextHop::SmtpNextHop(std::string name, SmtpNextHopSettings settings, std::string hostname,
                         observe::Log& log)
    : destination_(std::make_shared<SmtpDestination>(std::move(name), std::move(hostname),
                                                     std::move(settings), log)) {}

smtp::Capabilities SmtpNextHop::offered() const {
    return destination_->targets.offered();
}

NextHop::Standing SmtpNextHop::standing() const {
    return {destination_->targets.any_healthy(), destination_->slots->taken()};
}

bool SmtpNextHop::safe_for_strangers() const {
    const auto& settings = destination_->settings;
    return settings.identity == IdentityMode::xclient || settings.untrusted;
}

net::Task<NextHop::Opened> SmtpNextHop::open(const ClientIdentity& client) {
    const auto destination = destination_;
    auto slot =
        co_await destination->slots->acquire(net::Clock::now() + destination->settings.wait);
    if (!slot) {
        destination->log.write(
            observe::events::relay_failed, client.subject,
            {{"next-hop", destination->name}, {"why", "all its connections are taken"}});
        co_return Opened{nullptr, replies::next_hop_busy()};
    }
    auto dialled = co_await dial(*destination, client);
    if (!dialled.wire) co_return Opened{nullptr, std::move(dialled.refusal)};
    co_return Opened{
        std::make_unique<SmtpConnection>(destination, client, std::move(*slot), std::move(dialled)),
        {}};
}

net::Task<> SmtpNextHop::run() {
    co_await net::both(destination_->targets.resolver().run(), keep_probing());
}

net::Task<> SmtpNextHop::keep_probing() {
    const auto period = destination_->settings.probe;
    net::Backoff regular(period,
                         period);  // with its spread, so that many gateways do not ask at once
    net::Backoff failing(std::chrono::milliseconds(100), period);
    for (;;) {
        const bool good = co_await probe(*destination_);
        if (good) failing.reset();
        const auto pause = good ? regular.next() : failing.next();
        // However often somebody wants it, the next hop is not asked all the time.
        if (good) co_await net::sleep_for(std::min<net::Clock::duration>(pause, least_pause));
        co_await destination_->probe_wanted.sleep_until(net::Clock::now() + pause);
    }
}

}  // namespace postern::upstream
