#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cache/redis_reply.hpp"
#include "cache/redis_settings.hpp"
#include "net/stream.hpp"

namespace postern::cache {

// A connection to a server that has been made ready: TLS, who we are, the database. One question at
// a time; RedisPipe has many. What is broken throws: system_error, net::TlsError, RedisRefused.
class RedisLink {
 public:
    enum class Wanted : std::uint8_t {
        master,  // takes changes, and answers within `timeout` already
        any,     // of a cluster, for what each of its servers knows or passes on
        sentinel,
    };
    // The first of the servers that is what is wanted, in order, within `connect_timeout` each, the
    // DNS not counted. Throws what was wrong with the last one, or with the one that an operator
    // has to do something about.
    static net::Task<std::unique_ptr<RedisLink>> open(std::shared_ptr<const RedisSettings> settings,
                                                      std::vector<net::HostPort> servers,
                                                      Wanted wanted);

    net::Task<RedisReply> ask(std::string_view command);
    // Reads until there is one.
    net::Task<RedisReply> hear();

    net::Stream& stream() { return stream_; }
    RedisReplyReader& reader() { return reader_; }
    const net::HostPort& server() const { return server_; }

 private:
    RedisLink(net::Stream stream, net::HostPort server, std::size_t reply_size)
        : stream_(std::move(stream)), reader_(reply_size), server_(std::move(server)) {}
    static net::Task<std::unique_ptr<RedisLink>> open_one(const RedisSettings& settings,
                                                          net::HostPort server, Wanted wanted);
    net::Task<> prepare(const RedisSettings& settings, Wanted wanted);
    net::Task<> log_in(const RedisAccount& account);
    net::Task<> require_master(const RedisSettings& settings);

    net::Stream stream_;
    RedisReplyReader reader_;
    net::HostPort server_;
};

}  // namespace postern::cache
