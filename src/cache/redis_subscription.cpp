#include "cache/redis_subscription.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "cache/redis_cluster.hpp"
#include "cache/redis_command.hpp"
#include "cache/redis_error.hpp"
#include "cache/redis_node.hpp"
#include "net/within.hpp"
#include "observe/events.hpp"

namespace postern::cache {

namespace asio = net::asio;
using boost::system::system_error;
using namespace std::chrono_literals;
using Kind = RedisReply::Kind;

namespace {

constexpr auto ping_every = 1s;
constexpr auto longest_silence = 3s;

bool is_push(const RedisReply& reply, std::string_view word) {
    return reply.kind == Kind::list && reply.elements.size() == 3 && reply.elements[0].text == word;
}

}  // namespace

class RedisSubscription::State : public std::enable_shared_from_this<State> {
 public:
    State(RedisContext context, std::vector<std::string> channels, Handlers handlers)
        : context_(std::move(context)),
          channels_(std::move(channels)),
          handlers_(std::move(handlers)),
          locate_(redis_locator(context_.settings)),
          episode_(context_.name, "subscription", context_.log),
          pause_(context_.executor),
          backoff_(100ms, 3s) {}

    void start() {
        auto ended = [self = shared_from_this()](const std::exception_ptr& failure) {
            if (self->closed_) return;
            self->context_.log.write(
                observe::events::server_fault,
                {{"task", "redis subscription"}, {"why", observe::words_of(failure)}});
        };
        asio::co_spawn(context_.executor, keep(shared_from_this()), std::move(ended));
    }

    void close() {
        closed_ = true;
        pause_.cancel();
        if (link_) link_->stream().close();
    }

    bool is_live() const { return live_ && net::Clock::now() - heard_ < longest_silence; }

 private:
    static net::Task<> keep(std::shared_ptr<State> self) { co_await self->look_after(); }
    net::Task<> look_after();
    net::Task<> listen();
    net::Task<std::vector<net::HostPort>> candidates();
    net::Task<> subscribe();
    net::Task<> read();
    net::Task<> ping();
    void deliver(const RedisReply& reply) const;

    const RedisContext context_;
    const std::vector<std::string> channels_;
    const Handlers handlers_;
    const RedisLocate locate_;
    std::vector<net::HostPort> masters_;  // of a cluster, as last seen
    RedisEpisode episode_;
    net::Timer pause_;
    net::Backoff backoff_;
    std::unique_ptr<RedisLink> link_;
    net::Clock::time_point heard_{};
    bool live_ = false, closed_ = false;
};

// Until `close`, which ends it with operation_aborted.
net::Task<> RedisSubscription::State::look_after() {
    for (;;) {
        const auto state = co_await asio::this_coro::cancellation_state;
        if (closed_ || state.cancelled() != asio::cancellation_type::none)
            throw system_error(asio::error::operation_aborted);
        std::exception_ptr failure;
        try {
            co_await listen();
        } catch (const std::exception&) {
            failure = std::current_exception();
        }
        live_ = false;
        if (closed_) continue;
        episode_.went_down(link_ ? link_->server().text() : "none of them", failure);
        link_.reset();
        pause_.expires_after(backoff_.next());
        co_await pause_.async_wait(asio::as_tuple(net::use_task));
    }
}

net::Task<> RedisSubscription::State::listen() {
    const auto& settings = context_.settings;
    auto servers = co_await candidates();
    const auto wanted = settings->cluster ? RedisLink::Wanted::any : RedisLink::Wanted::master;
    auto link = co_await RedisLink::open(settings, std::move(servers), wanted);
    if (closed_) co_return;
    link_ = std::move(link);
    link_->stream().expires_after(settings->connect_timeout);
    if (settings->cluster) masters_ = (co_await ask_for_slots(*link_)).masters();
    co_await subscribe();
    link_->stream().expires_never();
    if (closed_) co_return;
    heard_ = net::Clock::now();
    live_ = true;
    backoff_.reset();
    episode_.came_up(link_->server().text());
    handlers_.on_gap();
    if (settings->sentinel)
        co_await net::both(net::both(read(), ping()),
                           until_another_master(locate_, link_->server()));
    else
        co_await net::both(read(), ping());
}

net::Task<std::vector<net::HostPort>> RedisSubscription::State::candidates() {
    auto all = masters_;
    const auto located = co_await locate_();
    all.insert(all.end(), located.begin(), located.end());
    co_return all;
}

net::Task<> RedisSubscription::State::subscribe() {
    std::string commands;
    for (const auto& channel : channels_) {
        const auto full = context_.settings->key_prefix + channel;
        commands += redis_command({"SUBSCRIBE", full});
    }
    co_await link_->stream().write(commands);
    for (std::size_t confirmed = 0; confirmed < channels_.size(); ++confirmed) {
        // Of channels that are there already, messages may come in between: they are part of the
        // gap.
        for (;;) {
            const auto reply = co_await link_->hear();
            if (const auto error = error_of(reply)) throw RedisRefused(error->words(), true);
            if (is_push(reply, "subscribe")) break;
            if (!is_push(reply, "message")) throw RedisRefused("it is no Redis", true);
        }
    }
}

net::Task<> RedisSubscription::State::read() {
    for (;;) {
        const auto reply = co_await link_->hear();
        heard_ = net::Clock::now();
        if (closed_) throw system_error(asio::error::operation_aborted);
        if (const auto error = error_of(reply)) throw RedisRefused(error->words());
        deliver(reply);
    }
}

void RedisSubscription::State::deliver(const RedisReply& reply) const {
    if (!is_push(reply, "message")) return;  // an answer to PING
    std::string_view channel = reply.elements[1].text;
    const auto& prefix = context_.settings->key_prefix;
    if (!channel.starts_with(prefix)) return;
    channel.remove_prefix(prefix.size());
    const bool ours = std::ranges::find(channels_, channel) != channels_.end();
    if (ours) handlers_.on_message(channel, reply.elements[2].text);
}

// A connection that has died in silence is noticed by that alone.
net::Task<> RedisSubscription::State::ping() {
    const auto command = redis_command({"PING"});
    for (;;) {
        co_await net::sleep_for(ping_every);
        if (net::Clock::now() - heard_ >= longest_silence) throw RedisRefused("nothing is heard");
        co_await link_->stream().write(command);
    }
}

RedisSubscription::RedisSubscription(std::shared_ptr<const RedisSettings> settings,
                                     std::vector<std::string> channels, Handlers handlers,
                                     std::string name, observe::Log& log, net::Executor executor)
    : state_(
          std::make_shared<State>(RedisContext{std::move(settings), std::move(name), log, executor},
                                  std::move(channels), std::move(handlers))) {
    state_->start();
}

RedisSubscription::~RedisSubscription() {
    state_->close();
}

bool RedisSubscription::is_live() const {
    return state_->is_live();
}

}  // namespace postern::cache
