#include "cache/redis.hpp"

#include <algorithm>
#include <charconv>
#include <deque>
#include <set>
#include <utility>

#include "cache/redis_command.hpp"
#include "cache/redis_servers.hpp"
#include "observe/metrics.hpp"

namespace postern::cache {

using Kind = NoAnswer::Kind;
using Milliseconds = Redis::Milliseconds;

namespace {

// Kinds of replies, as a set.
constexpr std::uint8_t set_of(std::initializer_list<RedisReply::Kind> kinds) {
    unsigned set = 0;
    for (const auto kind : kinds)
        set |= 1U << static_cast<unsigned>(kind);
    return static_cast<std::uint8_t>(set);
}
constexpr auto text_or_nil = set_of({RedisReply::Kind::text, RedisReply::Kind::nil});
constexpr auto an_integer = set_of({RedisReply::Kind::integer});
constexpr auto a_status = set_of({RedisReply::Kind::status});

constexpr int most_tries = 4;  // MOVED, ASK, and NOSCRIPT from whoever it is then

template <class T, class Read>
Answer<T> read(Answer<RedisReply>& reply, Read read_it) {
    if (auto* none = std::get_if<NoAnswer>(&reply)) return std::move(*none);
    return read_it(std::get<RedisReply>(reply));
}

auto unanswered_of(std::string_view redis, observe::Registry& registry) {
    std::array<observe::Counter*, NoAnswer::kinds> counters{};
    for (std::size_t i = 0; i < counters.size(); ++i)
        counters.at(i) = &registry.counter(observe::metrics::redis_unanswered,
                                           {redis, to_string(static_cast<Kind>(i))});
    return counters;
}

Redis::Found found(RedisReply& reply) {
    if (reply.kind == RedisReply::Kind::nil) return std::nullopt;
    return std::move(reply.text);
}

Answer<std::int64_t> counted(const RedisReply& reply) {
    if (reply.kind == RedisReply::Kind::nil) return 0;
    std::int64_t count = 0;
    const auto* end = reply.text.data() + reply.text.size();
    const auto [stopped, error] = std::from_chars(reply.text.data(), end, count);
    if (error != std::errc() || stopped != end)
        return NoAnswer{Kind::broken, "what is there is no number: the keys are not ours alone"};
    return count;
}

bool removed(const RedisReply& reply) {
    return reply.integer > 0;
}

// Redis takes no life of 0.
std::string in_text(Milliseconds duration) {
    return std::to_string(std::max<std::int64_t>(duration.count(), 1));
}

}  // namespace

struct Redis::Request {
    std::string key;         // in full; of what is nobody's in particular empty
    std::uint8_t kinds = 0;  // that an answer may have
    std::string command;
    std::string in_full;  // of a script, for a server that does not know it
    std::shared_ptr<RedisNode> node;
    bool asking = false;
    bool again = true;
    Answer<RedisReply> answer;
};

Redis::Redis(std::shared_ptr<const RedisSettings> settings, std::string name, observe::Log& log,
             net::Executor executor)
    : settings_(settings),
      executor_(executor),
      seconds_(log.registry().histogram(observe::metrics::redis_seconds, {name})),
      unanswered_(unanswered_of(name, log.registry())),
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

// --- how something is asked

Redis::Request Redis::request(std::string_view key, std::uint8_t kinds) const {
    Request made;
    made.key = full(key);
    made.kinds = kinds;
    return made;
}

net::Task<> Redis::ask(std::span<Request> requests) {
    const auto begun = net::Clock::now();
    counters_.operations += requests.size();
    for (auto& request : requests)
        request.node = request.key.empty() ? servers_->any_node() : servers_->node_of(request.key);
    for (int tries = 0; tries < most_tries; ++tries) {
        co_await ask_once(requests, begun + settings_->timeout);
        for (auto& request : requests)
            if (std::exchange(request.again, false)) conclude(request, begun);
        blame_the_late(requests, begun);
        if (std::ranges::none_of(requests, &Request::again)) break;
    }
    for (auto& request : requests)
        count(request, net::Clock::now() - begun);
}

void Redis::count(const Request& request, net::Clock::duration took) {
    if (const auto* none = std::get_if<NoAnswer>(&request.answer)) {
        counters_.not_answered(none->kind);
        unanswered_.at(static_cast<std::size_t>(none->kind))->add();
    } else {
        counters_.answered(took);
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
void Redis::conclude(Request& request, net::Clock::time_point begun) {
    const auto* reply = std::get_if<RedisReply>(&request.answer);
    if (reply == nullptr) return;
    const bool in_time = net::Clock::now() - begun <= settings_->timeout;
    if (in_time) request.node->was_in_time();
    const auto error = error_of(*reply);
    if (!error) {
        if ((request.kinds & set_of({reply->kind})) != 0) return;
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

// --- what can be asked

net::Task<Answer<Redis::Found>> Redis::get(std::string_view key) {
    auto asked = request(key, text_or_nil);
    asked.command = redis_command({"GET", asked.key});
    co_await ask({&asked, 1});
    co_return read<Found>(asked.answer, found);
}

net::Task<std::vector<Redis::Request>> Redis::ask_each(std::string_view command,
                                                       const std::vector<std::string>& keys,
                                                       std::uint8_t kinds) {
    std::vector<Request> requests;
    for (const auto& key : keys) {
        auto& asked = requests.emplace_back(request(key, kinds));
        asked.command = redis_command({command, asked.key});
    }
    co_await ask(requests);
    co_return requests;
}

net::Task<std::vector<Answer<Redis::Found>>> Redis::get_all(std::vector<std::string> keys) {
    auto requests = co_await ask_each("GET", keys, text_or_nil);
    std::vector<Answer<Found>> answers;
    for (auto& each : requests)
        answers.push_back(read<Found>(each.answer, found));
    co_return answers;
}

net::Task<std::vector<Answer<std::int64_t>>> Redis::counts(std::vector<std::string> keys) {
    auto requests = co_await ask_each("GET", keys, text_or_nil);
    std::vector<Answer<std::int64_t>> answers;
    for (auto& each : requests)
        answers.push_back(read<std::int64_t>(each.answer, counted));
    co_return answers;
}

net::Task<Answer<Replacement>> Redis::replace(std::string_view key,
                                              std::optional<std::string_view> expected,
                                              std::string_view value, Milliseconds ttl) {
    auto asked = request(key, an_integer);
    const auto life = in_text(ttl);
    const auto write = [&](auto form) {
        return (replace_script().*
                form)({asked.key, expected ? "1" : "0", expected.value_or(""), value, life});
    };
    asked.command = write(&RedisScript::by_hash);
    asked.in_full = write(&RedisScript::in_full);
    co_await ask({&asked, 1});
    co_return read<Replacement>(asked.answer, [](const RedisReply& reply) {
        return reply.integer == 1 ? Replacement::replaced : Replacement::conflict;
    });
}

net::Task<Answer<Done>> Redis::set(std::string_view key, std::string_view value, Milliseconds ttl) {
    auto asked = request(key, a_status);
    const auto life = in_text(ttl);
    asked.command = redis_command({"SET", asked.key, value, "PX", life});
    co_await ask({&asked, 1});
    co_return read<Done>(asked.answer, [](const RedisReply&) { return Done(); });
}

net::Task<Answer<bool>> Redis::remove(std::string_view key) {
    auto asked = request(key, an_integer);
    asked.command = redis_command({"DEL", asked.key});
    co_await ask({&asked, 1});
    co_return read<bool>(asked.answer, removed);
}

net::Task<std::vector<Answer<bool>>> Redis::remove_all(std::vector<std::string> keys) {
    auto requests = co_await ask_each("DEL", keys, an_integer);
    std::vector<Answer<bool>> answers;
    for (auto& each : requests)
        answers.push_back(read<bool>(each.answer, removed));
    co_return answers;
}

net::Task<Answer<std::int64_t>> Redis::count(std::string_view key, Milliseconds window,
                                             std::int64_t amount) {
    auto asked = request(key, an_integer);
    const auto by = std::to_string(amount), life = in_text(window);
    asked.command = count_script().by_hash({asked.key, by, life});
    asked.in_full = count_script().in_full({asked.key, by, life});
    co_await ask({&asked, 1});
    co_return read<std::int64_t>(asked.answer,
                                 [](const RedisReply& reply) { return reply.integer; });
}

net::Task<Answer<std::int64_t>> Redis::publish(std::string_view channel, std::string_view message) {
    Request asked;
    asked.kinds = an_integer;
    const auto where = full(channel);
    asked.command = redis_command({"PUBLISH", where, message});
    co_await ask({&asked, 1});
    co_return read<std::int64_t>(asked.answer,
                                 [](const RedisReply& reply) { return reply.integer; });
}

net::Task<Answer<Done>> Redis::ping() {
    Request asked;
    asked.kinds = a_status;
    asked.command = redis_command({"PING"});
    co_await ask({&asked, 1});
    co_return read<Done>(asked.answer, [](const RedisReply&) { return Done(); });
}

}  // namespace postern::cache
