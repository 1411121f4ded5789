#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <iostream>

#include "cache/redis.hpp"
#include "cli/cli.hpp"
#include "cli/instance.hpp"
#include "cli/settings_list.hpp"
#include "cli/settings_option.hpp"

namespace postern::cli {

namespace {

// Whose background work goes on while it is asked: without it no name is resolved.
net::Task<smtp::Reply> greet(upstream::NextHop& next_hop, const upstream::ClientIdentity& us) {
    auto opened = co_await next_hop.open(us);
    if (opened.connection == nullptr) co_return opened.refusal;
    co_await opened.connection->quit();
    co_return smtp::Reply(220, "", "");
}

net::Task<smtp::Reply> greet_while_it_works(upstream::NextHop& next_hop,
                                            upstream::ClientIdentity us) {
    const auto executor = co_await net::this_executor();
    auto race = net::asio::experimental::make_parallel_group(
        net::asio::co_spawn(executor, greet(next_hop, us), net::asio::deferred),
        net::asio::co_spawn(executor, next_hop.run(), net::asio::deferred));
    auto [order, failure, reply, ended] =
        co_await race.async_wait(net::asio::experimental::wait_for_one(), net::use_task);
    if (failure) std::rethrow_exception(failure);
    co_return reply;
}

// Connected, and asked something under the prefix of its keys; "": all is well.
net::Task<std::string> try_redis(std::shared_ptr<const cache::RedisSettings> settings,
                                 const std::string& name, observe::Log& log) {
    constexpr auto patience = std::chrono::seconds(5);
    constexpr auto between_looks = std::chrono::milliseconds(20);
    cache::Redis redis(std::move(settings), name, log, co_await net::this_executor());
    const auto deadline = net::Clock::now() + patience;
    while (!redis.is_up() && net::Clock::now() < deadline)
        co_await net::sleep_for(between_looks);
    if (!redis.is_up()) co_return redis.status().why_down;
    const auto answer = co_await redis.get("postern:check");  // ACLs may allow no other names
    const auto* none = std::get_if<cache::NoAnswer>(&answer);
    if (none == nullptr) co_return "";
    co_return none->why.empty() ? to_string(none->kind) : none->why;
}

// Prints what directories, each Redis and next hops say; false: one of them cannot be used.
bool connect(Instance& instance) {
    using Kind = directory::Finding::Kind;
    bool good = true;
    const auto tell = [&](std::string_view name, Kind kind, const std::string& sentence) {
        good = good && kind != Kind::fault;
        constexpr std::string_view marks[] = {"good", "warning", "fault"};
        std::cout << name << ": " << marks[static_cast<std::size_t>(kind)] << ": " << sentence
                  << "\n";
    };
    const auto& environment = *instance.generation()->environment;
    for (const auto& [name, service] : environment.directories) {
        const auto examined = instance.await(service->examine());
        if (const auto* unavailable = std::get_if<identity::Unavailable>(&examined))
            tell(name, Kind::fault, unavailable->why);
        else
            for (const auto& finding : std::get<directory::Findings>(examined))
                tell(name, finding.kind, finding.sentence);
    }
    for (const auto& [name, settings] : instance.generation()->shared->redis) {
        const auto why = instance.await(try_redis(settings, name, environment.log));
        tell("redis " + name, why.empty() ? Kind::good : Kind::fault,
             why.empty() ? "remembers for us" : why);
    }
    for (const auto& [name, next_hop] : environment.next_hops) {
        upstream::ClientIdentity us;
        us.address = us.local_address = "127.0.0.1";
        us.helo = instance.generation()->server.hostname;
        const auto reply = instance.await(greet_while_it_works(*next_hop, std::move(us)));
        const bool greeted = reply.code == 220;
        tell(name, greeted ? Kind::good : Kind::fault,
             greeted ? "answers and lets us in; what it relays for whom, only its RCPT tells"
                     : "a client would hear " + reply.summary());
    }
    return good;
}

int check(const SettingsOption& settings, bool connects) {
    Instance instance(settings.files(), Instance::Purpose::judge);
    const auto* generation = instance.generation();
    if (generation == nullptr) return Status::configuration;
    for (const auto& listener : generation->server.listeners)
        for (const auto& address : listener.bind)
            std::cout << "listener   " << listener.name << " at " << address << "\n";
    for (const auto& [name, ignored] : generation->environment->directories)
        std::cout << "directory  " << name << "\n";
    for (const auto& [name, ignored] : generation->environment->next_hops)
        std::cout << "next hop   " << name << "\n";
    std::cout << "the settings are good\n";
    if (connects && !connect(instance)) return Status::cannot_tell;
    return Status::good;
}

int list_settings() {
    std::cout << settings_page(describe_settings(annotated_settings()));
    return Status::good;
}

}  // namespace

void add_check(CLI::App& program, Action& chosen) {
    auto* command = program.add_subcommand("check", "Check settings, plugins and certificates");
    command->footer(
        "Every mistake is printed as file:line:column: what; what would be right. Exit status 78 "
        "then, 0 when all is good; with --connect 75 when a directory, a Redis or a next hop "
        "cannot be used.\n"
        "Example:\n  postern check --config /etc/postern/postern.toml");
    const SettingsOption settings(*command);
    const auto connects = std::make_shared<bool>(false);
    command->add_flag("--connect", *connects,
                      "Also ask directories, each Redis and next hops, and tell what they say");
    const auto lists = std::make_shared<bool>(false);
    command->add_flag(
        "--list-settings", *lists,
        "Print every key there is with its default and its meaning, and do nothing else");
    command->callback([&chosen, settings, connects, lists] {
        chosen = [settings, connects, lists] {
            return *lists ? list_settings() : check(settings, *connects);
        };
    });
}

}  // namespace postern::cli
