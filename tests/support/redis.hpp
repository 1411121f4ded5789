#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/certificates.hpp"
#include "support/process.hpp"
#include "support/temporary_directory.hpp"

namespace postern::test {

struct RedisOptions {
    bool tls = false;                    // and nothing in the clear
    std::string user = {};               // empty: the default user
    std::string password = {};           // empty: none is wanted
    std::string max_memory = {};         // "4mb"; with noeviction
    std::vector<std::string> more = {};  // lines of redis.conf
    bool sentinel = false;
    // What its certificate says.
    CertificateRequest certificate = {.name = "server", .names = {"localhost", "127.0.0.1"}};
};

// A real Redis in a temporary directory, on a free port of 127.0.0.1 that stays its own. It stores
// nothing.
class RedisServer {
 public:
    explicit RedisServer(RedisOptions options = {});
    ~RedisServer();

    std::uint16_t port() const { return port_; }
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    std::string url() const;  // without user and password
    const std::string& ca() const { return authority_->file(); }
    pid_t pid() const { return process_->pid(); }

    // What redis-cli hears, without the last line end; throws std::runtime_error for an error.
    std::string ask(std::vector<std::string> words) const;
    // The value of a line of INFO.
    std::string info(std::string_view field) const;
    void flush() const { ask({"FLUSHALL"}); }

    void start();  // again, on the same port; returns when it answers
    void stop();
    void kill();
    void suspend();  // it hears, and says nothing
    void resume();

 private:
    void write_settings() const;
    bool answers() const;
    Command command(std::vector<std::string> words) const;

    RedisOptions options_;
    TemporaryDirectory directory_;
    std::unique_ptr<CertificateAuthority> authority_;
    std::uint16_t port_;
    std::unique_ptr<Process> process_;
};

// Three masters that have a third of the slots each.
class RedisCluster {
 public:
    static constexpr std::size_t size = 3;
    explicit RedisCluster(RedisOptions options = {});

    RedisServer& server(std::size_t index) { return *servers_.at(index); }
    std::size_t owner_of(const std::string& key) const;
    // In three steps: keys may be on either side; one key goes; the slot has gone.
    void begin_move(unsigned slot, std::size_t from, std::size_t to);
    void move_key(const std::string& key, std::size_t from, std::size_t to);
    void end_move(unsigned slot, std::size_t to);
    unsigned slot_of(const std::string& key) const;

 private:
    std::string id(std::size_t index) const;
    std::vector<std::unique_ptr<RedisServer>> servers_;
};

// A master, a replica of it, and three sentinels that notice within half a second.
class SentinelTrio {
 public:
    explicit SentinelTrio(RedisOptions options = {});

    RedisServer& master() { return master_; }
    RedisServer& replica() { return *replica_; }
    RedisServer& sentinel(std::size_t index) { return *sentinels_.at(index); }
    // For `addresses`: "127.0.0.1:20001", ... each in quotes.
    std::string addresses() const;

 private:
    RedisServer master_;
    std::unique_ptr<RedisServer> replica_;
    std::vector<std::unique_ptr<RedisServer>> sentinels_;
};

}  // namespace postern::test
