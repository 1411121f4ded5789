#include "cache/redis.hpp"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "cache/redis_command.hpp"
#include "cache/redis_request.hpp"
#include "cache/redis_servers.hpp"
#include "observe/metrics.hpp"

namespace postern::cache {

using Kind = NoAnswer::Kind;

namespace {

constexpr int most_tries = 4;  // MOVED, ASK, and NOSCRIPT from whoever it is then
// Of each who has a Redis: the guard's take 280 octets there, counts of failures 200, records 520.
// With those of the next window that is 10 MB for one directory with all three.
constexpr std::size_t nobodys_of_a_window = 5000;

auto unanswered_of(std::string_view redis, observe::Registry& registry) {
    std::array<observe::Counter*, NoAnswer::kinds> counters{};
    for (const auto kind : {Kind::down, Kind::late, Kind::full, Kind::refused, Kind::broken})
        counters.at(static_cast<std::size_t>(kind)) =
            &registry.counter(observe::metrics::redis_unanswered, {redis, to_string(kind)});
    return counters;
}

}  // namespace

Redis::Redis(std::shared_ptr<const RedisSettings> settings, std::string name, observe::Log& log,
             net::Executor executor)
    : settings_(settings),
      executor_(executor),
      seconds_(log.registry().histogram(observe::metrics::redis_seconds, {name})),
      unanswered_(unanswered_of(name, log.registry())),
      kept_(log.registry().counter(observe::metrics::redis_kept, {name})),
      nobodys_(nobodys_of_a_window),
      servers_(connect_redis({std::move(settings), std::move(name), log, executor})) {}

Redis::~Redis() {
    servers_->close();
}

bool Redis::is_up() const {
    return servers_->is_up();
}

RedisStatus Redis::status() const {
    auto status = servers_->status();
    const auto connects = status.counters.connects;
    status.counters = counters_;
    status.counters.connects = connects;
    return status;
}

bool Redis::may_tell_of_nobody(Milliseconds window) {
    if (!is_up()) return false;
    const bool may = nobodys_.spend(window, net::Clock::now());
    if (!may) kept_.add();
    return may;
}

// --- how something is asked

Redis::Request Redis::request(std::string_view key, std::uint8_t kinds) const {
    Request made;
    made.key = full(key);
    made.kinds = kinds;
    return made;
}

net::Task<> Redis::ask(std::span<Request> requests, Wait wait) {
    const auto begun = net::Clock::now();
    const net::Clock::duration whole = settings_->timeout;
    const auto left = wait.left_of(whole);
    const auto deadline = begun + left;
    counters_.operations += requests.size();
    for (auto& request : requests)
        request.node = request.key.empty() ? servers_->any_node() : servers_->node_of(request.key);
    for (int tries = 0; tries < most_tries; ++tries) {
        co_await ask_once(requests, deadline);
        for (auto& request : requests)
            if (std::exchange(request.again, false)) conclude(request, deadline);
        if (left >= whole / 2) blame_the_late(requests, begun);
        if (std::ranges::none_of(requests, &Request::again)) break;
    }
    for (auto& request : requests)
        count(request, net::Clock::now() - begun);
    wait.add(net::Clock::now() - begun);
}

void Redis::count(const Request& request, net::Clock::duration took) {
    if (const auto* none = std::get_if<NoAnswer>(&request.answer)) {
        counters_.not_answered(none->kind);
        unanswered_.at(static_cast<std::size_t>(none->kind))->add();
    } else {
        counters_.took_sum += static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(took).count());
        seconds_.observe(took);
    }
}

net::Task<> Redis::ask_once(std::span<Request> requests, net::Deadline deadline) {
    RedisWaiter waiter(executor_, deadline);
    std::deque<RedisQuestion> questions;
    for (auto& request : requests) {
        if (!request.again) continue;
        auto* pipe = request.node ? request.node->pipe() : nullptr;
        auto& question = questions.emplace_back(waiter);
        if (pipe == nullptr) {
            question.refuse(
                {Kind::down, request.node ? request.node->why_down() : servers_->why_nobody()});
            continue;
        }
        if (request.asking) pipe->tell(redis_command({"ASKING"}));
        pipe->ask(request.command, question);
    }
    co_await waiter.wait();
    auto question = questions.begin();
    for (auto& request : requests)
        if (request.again) request.answer = (question++)->take();
}

// What an answer means; whether it is to be asked once more.
void Redis::conclude(Request& request, net::Deadline deadline) {
    const auto* reply = std::get_if<RedisReply>(&request.answer);
    if (reply == nullptr) return;
    const bool in_time = net::Clock::now() <= deadline;
    if (in_time) request.node->was_in_time();
    const auto error = error_of(*reply);
    if (!error) {
        if (request.may_be(reply->kind)) return;
        request.node->drop("it answers something else than it was asked");
        request.answer = NoAnswer{Kind::broken, "the answer is of another kind than the question"};
        return;
    }
    if (const auto redirection = redirection_of(*reply)) {
        if (auto node = servers_->redirected(*redirection, *request.node)) {
            request.node = std::move(node);
            request.asking = redirection->kind == RedisRedirection::Kind::ask;
            request.again = in_time;
        }
    } else if (error->code == "NOSCRIPT" && !request.in_full.empty()) {
        request.command = std::exchange(request.in_full, {});
        request.again = in_time;
    } else if (error->code == "CLUSTERDOWN") {
        servers_->redirected({}, *request.node);
    }
    request.answer = NoAnswer{Kind::refused, error->words()};
}

void Redis::blame_the_late(std::span<Request> requests, net::Clock::time_point begun) {
    std::set<RedisNode*> blamed;
    for (const auto& request : requests) {
        const auto* none = std::get_if<NoAnswer>(&request.answer);
        if (none == nullptr || none->kind != Kind::late || request.again) continue;
        if (blamed.insert(request.node.get()).second) request.node->was_late(begun);
    }
}

}  // namespace postern::cache
