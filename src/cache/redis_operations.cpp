// What can be asked of a Redis; how it is asked stands in redis.cpp.
#include <algorithm>
#include <charconv>
#include <utility>

#include "cache/redis_command.hpp"
#include "cache/redis_request.hpp"

namespace postern::cache {

using Kind = NoAnswer::Kind;
using Milliseconds = Redis::Milliseconds;

namespace {

constexpr auto text_or_nil = set_of({RedisReply::Kind::text, RedisReply::Kind::nil});
constexpr auto an_integer = set_of({RedisReply::Kind::integer});
constexpr auto a_status = set_of({RedisReply::Kind::status});

template <class T, class Read>
Answer<T> read(Answer<RedisReply>& reply, Read read_it) {
    if (auto* none = std::get_if<NoAnswer>(&reply)) return std::move(*none);
    return read_it(std::get<RedisReply>(reply));
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

std::int64_t number(const RedisReply& reply) {
    return reply.integer;
}

bool removed(const RedisReply& reply) {
    return reply.integer > 0;
}

// Redis takes no life of 0.
std::string in_text(Milliseconds duration) {
    return std::to_string(std::max<std::int64_t>(duration.count(), 1));
}

}  // namespace

net::Task<Answer<Redis::Found>> Redis::get(std::string_view key, Wait wait) {
    auto asked = request(key, text_or_nil);
    asked.command = redis_command({"GET", asked.key});
    co_await ask({&asked, 1}, wait);
    co_return read<Found>(asked.answer, found);
}

net::Task<std::vector<Redis::Request>> Redis::ask_each(std::string_view command,
                                                       const std::vector<std::string>& keys,
                                                       std::uint8_t kinds, Wait wait) {
    std::vector<Request> requests;
    for (const auto& key : keys) {
        auto& asked = requests.emplace_back(request(key, kinds));
        asked.command = redis_command({command, asked.key});
    }
    co_await ask(requests, wait);
    co_return requests;
}

net::Task<std::vector<Answer<Redis::Found>>> Redis::get_all(std::vector<std::string> keys,
                                                            Wait wait) {
    auto requests = co_await ask_each("GET", keys, text_or_nil, wait);
    std::vector<Answer<Found>> answers;
    for (auto& each : requests)
        answers.push_back(read<Found>(each.answer, found));
    co_return answers;
}

net::Task<std::vector<Answer<std::int64_t>>> Redis::counts(std::vector<std::string> keys,
                                                           Wait wait) {
    auto requests = co_await ask_each("GET", keys, text_or_nil, wait);
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
    co_return read<std::int64_t>(asked.answer, number);
}

net::Task<std::vector<Answer<std::int64_t>>> Redis::call_all(std::vector<Call> calls, Wait wait) {
    std::vector<Request> requests;
    for (const auto& [script, key, arguments] : calls) {
        auto& asked = requests.emplace_back(request(key, an_integer));
        std::vector<std::string_view> words{asked.key};
        words.insert(words.end(), arguments.begin(), arguments.end());
        asked.command = script.by_hash(words);
        asked.in_full = script.in_full(words);
    }
    co_await ask(requests, wait);
    std::vector<Answer<std::int64_t>> answers;
    for (auto& each : requests)
        answers.push_back(read<std::int64_t>(each.answer, number));
    co_return answers;
}

net::Task<Answer<std::int64_t>> Redis::publish(std::string_view channel, std::string_view message) {
    Request asked;
    asked.kinds = an_integer;
    const auto where = full(channel);
    asked.command = redis_command({"PUBLISH", where, message});
    co_await ask({&asked, 1});
    co_return read<std::int64_t>(asked.answer, number);
}

}  // namespace postern::cache
