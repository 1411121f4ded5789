#include "cache/redis_servers.hpp"

#include <utility>

#include "cache/redis_cluster.hpp"

namespace postern::cache {

namespace {

// One server, the first usable one of several, or the master that sentinels know.
class OneServer final : public RedisServers {
 public:
    explicit OneServer(const RedisContext& context) : node_(make(context)) { node_->start(); }

    void close() override { node_->close(); }
    std::shared_ptr<RedisNode> node_of(std::string_view) override { return node_; }
    std::shared_ptr<RedisNode> any_node() override { return node_; }
    std::shared_ptr<RedisNode> redirected(const RedisRedirection&, const RedisNode&) override {
        return nullptr;
    }
    bool is_up() const override { return node_->is_up(); }
    RedisStatus status() const override {
        RedisStatus status;
        status.up = is_up();
        if (status.up) status.server = node_->server();
        if (!status.up) status.why_down = node_->why_down();
        status.counters.connects = node_->connects();
        return status;
    }
    std::string why_nobody() const override { return node_->why_down(); }

 private:
    static std::shared_ptr<RedisNode> make(const RedisContext& context) {
        const auto& settings = *context.settings;
        const bool by_sentinel = settings.sentinel.has_value();
        return std::make_shared<RedisNode>(
            context, by_sentinel ? settings.sentinel->master : settings.addresses.front().text(),
            redis_locator(context.settings), by_sentinel);
    }

    std::shared_ptr<RedisNode> node_;
};

}  // namespace

std::shared_ptr<RedisServers> connect_redis(RedisContext context) {
    if (!context.settings->cluster) return std::make_shared<OneServer>(context);
    auto cluster = std::make_shared<RedisCluster>(std::move(context));
    cluster->start();
    return cluster;
}

}  // namespace postern::cache
