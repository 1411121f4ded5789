#include "session/transfer.hpp"

#include "smtp/replies.hpp"

namespace postern::session {

namespace replies = smtp::replies;

Transfer::Transfer(const Environment& environment, Client& client, upstream::Connection& connection,
                   Origin origin)
    : environment_(environment),
      client_(client),
      connection_(connection),
      origin_(std::move(origin)),
      share_(environment.header_memory, environment.settings.limits.header_limit),
      header_(environment.settings.limits.header_limit, origin_.smtputf8) {}

net::Task<std::optional<smtp::Reply>> Transfer::take(std::string_view octets) {
    octets_ += octets.size();
    if (octets_ > environment_.settings.limits.message_size)
        co_return co_await refuse(replies::message_too_big());
    if (!begun_) {
        octets.remove_prefix(header_.take(octets));
        if (!header_.settled()) co_return std::nullopt;
        if (auto refusal = co_await begin()) co_return refusal;
    }
    co_return co_await write(octets);
}

net::Task<smtp::Reply> Transfer::finish() {
    if (!begun_) {  // without an empty line the whole message is a header
        header_.finish();
        if (auto refusal = co_await begin()) co_return *refusal;
    }
    const auto begun = net::Clock::now();
    auto reply = co_await unhurried(connection_.finish());
    origin_.answered.observe(net::Clock::now() - begun);
    co_return reply;
}

net::Task<smtp::Reply> Transfer::refuse(smtp::Reply reply) {
    const auto begun = net::Clock::now();
    co_await connection_.abandon();
    client_.pause_body(net::Clock::now() - begun);
    co_return reply;
}

net::Task<std::optional<smtp::Reply>> Transfer::begin() {
    std::string additions;
    if (auto objection = origin_.rules.objection(header_, origin_.smtputf8, additions))
        co_return co_await refuse(*objection);
    auto answer = co_await unhurried(connection_.data());
    if (answer.code != 354) co_return co_await refuse(std::move(answer));
    begun_ = true;
    const std::string held = origin_.trace() + additions + header_.release();
    share_.give_back();
    co_return co_await write(held);
}

net::Task<std::optional<smtp::Reply>> Transfer::write(std::string_view octets) {
    if (octets.empty() || co_await unhurried(connection_.write(octets))) co_return std::nullopt;
    co_return co_await unhurried(connection_.finish());
}

// While the next hop makes us wait the client's data rate is not its own fault.
template <class T>
net::Task<T> Transfer::unhurried(net::Task<T> step) {
    const auto begun = net::Clock::now();
    auto result = co_await std::move(step);
    client_.pause_body(net::Clock::now() - begun);
    co_return result;
}

}  // namespace postern::session
