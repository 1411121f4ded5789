#include "support/redis.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>

#include <stdexcept>

#include "support/eventually.hpp"
#include "support/free_port.hpp"

namespace postern::test {

namespace {

std::string without_line_end(std::string text) {
    while (text.ends_with('\n') || text.ends_with('\r'))
        text.pop_back();
    return text;
}

RedisOptions with(RedisOptions options, const std::vector<std::string>& more) {
    options.more.insert(options.more.end(), more.begin(), more.end());
    return options;
}

RedisOptions as_one_of_several(const RedisOptions& options) {
    if (options.password.empty()) return options;
    return with(options, {"masterauth " + options.password});
}

}  // namespace

RedisServer::RedisServer(RedisOptions options)
    : options_(std::move(options)),
      authority_(std::make_unique<CertificateAuthority>(directory_.path())),
      port_(free_port()) {
    write_settings();
    start();
}

RedisServer::~RedisServer() {
    if (process_) process_->kill();
}

std::string RedisServer::url() const {
    return fmt::format("{}://{}", options_.tls ? "rediss" : "redis", address());
}

void RedisServer::write_settings() const {
    auto lines = fmt::format("bind 127.0.0.1\ndir {}\n", directory_.path().string());
    if (!options_.sentinel) lines += "save \"\"\nenable-debug-command yes\n";
    if (options_.tls) {
        const auto files = authority_->issue(options_.certificate);
        lines += fmt::format(
            "port 0\ntls-port {}\ntls-cert-file {}\ntls-key-file {}\ntls-ca-cert-file {}\n"
            "tls-auth-clients no\n",
            port_, files.cert, files.key, ca());
    } else {
        lines += fmt::format("port {}\n", port_);
    }
    if (!options_.user.empty())
        lines += fmt::format("user default off\nuser {} on >{} ~* &* +@all\n", options_.user,
                             options_.password);
    else if (!options_.password.empty())
        lines += fmt::format("requirepass {}\n", options_.password);
    if (!options_.max_memory.empty())
        lines += fmt::format("maxmemory {}\nmaxmemory-policy noeviction\n", options_.max_memory);
    lines += fmt::format("{}\n", fmt::join(options_.more, "\n"));
    write_file(directory_ / "redis.conf", lines);
}

void RedisServer::start() {
    std::vector<std::string> arguments{options_.sentinel ? "redis-sentinel" : "redis-server",
                                       (directory_ / "redis.conf").string()};
    process_ = std::make_unique<Process>(Command{.arguments = std::move(arguments)});
    const bool ready = eventually([&] { return !process_->running() || answers(); });
    if (!ready || !process_->running())
        throw std::runtime_error("redis-server: " + process_->output() + process_->errors());
}

Command RedisServer::command(std::vector<std::string> words) const {
    std::vector<std::string> arguments{"redis-cli", "-e", "-p", std::to_string(port_)};
    if (options_.tls) arguments.insert(arguments.end(), {"--tls", "--cacert", ca()});
    if (!options_.user.empty()) arguments.insert(arguments.end(), {"--user", options_.user});
    arguments.insert(arguments.end(), words.begin(), words.end());
    Command result{.arguments = std::move(arguments)};
    if (!options_.password.empty()) result.environment["REDISCLI_AUTH"] = options_.password;
    return result;
}

bool RedisServer::answers() const {
    const auto heard = run(command({"PING"}));
    return heard.status == 0 && heard.output.starts_with("PONG");
}

std::string RedisServer::ask(std::vector<std::string> words) const {
    const auto verb = words.front();
    const auto heard = run(command(std::move(words)));
    if (heard.status != 0)
        throw std::runtime_error(fmt::format("{}: {}{}", verb, heard.output, heard.errors));
    return without_line_end(heard.output);
}

std::string RedisServer::info(std::string_view field) const {
    const auto all = ask({"INFO"});
    const auto name = fmt::format("\n{}:", field);
    const auto at = all.find(name);
    if (at == all.npos) throw std::runtime_error(fmt::format("INFO has no {}", field));
    const auto begin = at + name.size();
    return all.substr(begin, all.find_first_of("\r\n", begin) - begin);
}

void RedisServer::stop() {
    process_->stop();
}
void RedisServer::kill() {
    process_->kill();
}
void RedisServer::suspend() {
    process_->suspend();
}
void RedisServer::resume() {
    process_->signal(SIGCONT);
}

// --- a cluster

RedisCluster::RedisCluster(RedisOptions options) {
    std::vector<std::uint16_t> bus_ports;
    for (std::size_t index = 0; index < size; ++index) {
        bus_ports.push_back(free_port());
        servers_.push_back(std::make_unique<RedisServer>(
            with(options, {"cluster-enabled yes", "cluster-node-timeout 2000",
                           fmt::format("cluster-port {}", bus_ports.back())})));
        constexpr std::size_t slots = 16384;
        server(index).ask({"CLUSTER", "ADDSLOTSRANGE", std::to_string(slots * index / size),
                           std::to_string(slots * (index + 1) / size - 1)});
        server(0).ask({"CLUSTER", "MEET", "127.0.0.1", std::to_string(server(index).port()),
                       std::to_string(bus_ports.back())});
    }
    const auto knows_all = [](const RedisServer& each) {
        const auto info = each.ask({"CLUSTER", "INFO"});
        return info.find("cluster_state:ok") != info.npos &&
               info.find("cluster_known_nodes:3") != info.npos;
    };
    for (const auto& each : servers_)
        if (!eventually([&] { return knows_all(*each); }))
            throw std::runtime_error("no cluster: " + each->ask({"CLUSTER", "INFO"}));
}

std::string RedisCluster::id(std::size_t index) const {
    return servers_.at(index)->ask({"CLUSTER", "MYID"});
}

unsigned RedisCluster::slot_of(const std::string& key) const {
    return static_cast<unsigned>(std::stoul(servers_.front()->ask({"CLUSTER", "KEYSLOT", key})));
}

std::size_t RedisCluster::owner_of(const std::string& key) const {
    return slot_of(key) * size / 16384;
}

void RedisCluster::begin_move(unsigned slot, std::size_t from, std::size_t to) {
    const auto number = std::to_string(slot);
    server(to).ask({"CLUSTER", "SETSLOT", number, "IMPORTING", id(from)});
    server(from).ask({"CLUSTER", "SETSLOT", number, "MIGRATING", id(to)});
}

void RedisCluster::move_key(const std::string& key, std::size_t from, std::size_t to) {
    server(from).ask({"MIGRATE", "127.0.0.1", std::to_string(server(to).port()), key, "0", "5000"});
}

void RedisCluster::end_move(unsigned slot, std::size_t to) {
    const auto number = std::to_string(slot), owner = id(to);
    server(to).ask({"CLUSTER", "SETSLOT", number, "NODE", owner});
    for (const auto& each : servers_)
        each->ask({"CLUSTER", "SETSLOT", number, "NODE", owner});
}

// --- sentinels

// All of them have the same password, with which they also speak to each other.
SentinelTrio::SentinelTrio(RedisOptions options) : master_(as_one_of_several(options)) {
    const auto replica_of = fmt::format("replicaof 127.0.0.1 {}", master_.port());
    replica_ = std::make_unique<RedisServer>(with(as_one_of_several(options), {replica_of}));
    const auto monitor = fmt::format("sentinel monitor mymaster 127.0.0.1 {} 2", master_.port());
    const auto auth = options.password.empty()
                          ? std::string()
                          : fmt::format("sentinel auth-pass mymaster {}", options.password);
    const RedisOptions sentinel{.sentinel = true};
    for (int index = 0; index < 3; ++index)
        sentinels_.push_back(std::make_unique<RedisServer>(
            with(sentinel, {monitor, "sentinel down-after-milliseconds mymaster 500",
                            "sentinel failover-timeout mymaster 3000", auth})));
    const auto ready = [](const RedisServer& each) {
        const auto known = each.ask({"SENTINEL", "MASTER", "mymaster"});
        return known.find("num-other-sentinels\n2\n") != known.npos &&
               known.find("num-slaves\n1\n") != known.npos;
    };
    for (const auto& each : sentinels_)
        if (!eventually([&] { return ready(*each); }))
            throw std::runtime_error("no sentinels: " +
                                     each->ask({"SENTINEL", "MASTER", "mymaster"}));
}

std::string SentinelTrio::addresses() const {
    std::vector<std::string> quoted;
    for (const auto& each : sentinels_)
        quoted.push_back('"' + each->address() + '"');
    return fmt::format("{}", fmt::join(quoted, ", "));
}

}  // namespace postern::test
