#include "postgresql/upkeep.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <utility>

#include "crypto/password_hash.hpp"
#include "net/offload.hpp"
#include "net/within.hpp"
#include "observe/events.hpp"

namespace postern::postgresql {

namespace asio = net::asio;
using crypto::Secret;

namespace {

constexpr std::size_t most_under_way = 16;

}  // namespace

void Upkeep::touch(std::shared_ptr<Server> server, const std::string& id) {
    if (!settings_->queries.touch || id.empty()) return;
    begin(write(shared_from_this(), std::move(server), "touch", &*settings_->queries.touch,
                {{"id", id}}),
          "touch");
}

void Upkeep::rehash(std::shared_ptr<Server> server, const std::string& name, const Secret& old,
                    const Secret& password) {
    if (!settings_->queries.rehash || hashes_) return;
    begin(hash_and_write(shared_from_this(), std::move(server), name, old.copy(), password.copy()),
          "rehash");
}

void Upkeep::begin(net::Task<> work, std::string_view what) {
    if (under_way_ >= most_under_way) return;
    ++under_way_;
    auto ended = [self = shared_from_this(), what](const std::exception_ptr& failure) {
        --self->under_way_;
        if (failure) self->tell(what, observe::words_of(failure));
    };
    asio::co_spawn(executor_, net::within(net::Clock::now() + settings_->timeout, std::move(work)),
                   std::move(ended));
}

net::Task<> Upkeep::write(Self self, std::shared_ptr<Server> server, std::string_view key,
                          const QueryTemplate* query, Values values) {
    std::vector<Call> calls{{key, query, query->parameters(values)}};
    const auto answer = co_await server->ask(std::move(calls), true);
    for (auto& [name, value] : values)
        crypto::wipe(value);
    if (const auto* error = std::get_if<ServerError>(&answer)) self->tell(key, error->text());
}

net::Task<> Upkeep::hash_and_write(Self self, std::shared_ptr<Server> server, std::string name,
                                   Secret old, Secret password) {
    self->hashes_ = true;
    const std::shared_ptr<void> done(nullptr, [self](void*) { self->hashes_ = false; });
    const auto& cost = self->settings_->hash_cost;
    const auto memory = std::size_t{cost.memory_kib} * 1024;
    auto submit = [&pool = self->pool_, memory](std::function<void()> job) {
        return pool.submit(crypto::HashPool::Standing::fresh, memory, std::move(job));
    };
    const auto shared = std::make_shared<const Secret>(std::move(password));
    auto work = [shared, cost] { return crypto::hash_password(*shared, cost); };
    auto hash = co_await net::offload(submit, work);
    if (!hash) co_return;  // logins come first; there will be another one
    Values values{{"name", name}, {"old", std::string(old.reveal())}, {"new", *std::move(hash)}};
    co_await write(self, server, "rehash", &*self->settings_->queries.rehash, std::move(values));
}

void Upkeep::tell(std::string_view what, std::string_view why) {
    log_.write(observe::events::directory_fault,
               {{"directory", directory_}, {"why", fmt::format("query.{}: {}", what, why)}});
}

}  // namespace postern::postgresql
