#pragma once

#include <list>
#include <memory>
#include <string>
#include <vector>

#include "directory/watch.hpp"
#include "ldap/ldap_settings.hpp"
#include "ldap/pipeline.hpp"
#include "net/slots.hpp"
#include "observe/log.hpp"

namespace postern::ldap {

// One server with its connections: a few for searches, bound as the service account, and some for
// the binds of users, which never search for anybody else.
class Server final : public directory::Watch::Watched, public std::enable_shared_from_this<Server> {
 public:
    Server(std::shared_ptr<const Settings> settings, ServerAddress address, std::string directory,
           observe::Log& log, net::Executor executor);
    // Starts to look after the connections, on the executor, until `close`: then nothing is asked
    // any more, and what it has spawned ends by itself.
    void start() { watch_.start(shared_from_this()); }
    void close();

    const ServerAddress& address() const { return address_; }
    std::string text() const { return address_.text(); }
    bool is_up() const { return watch_.is_up(); }
    // It answers searches, but not long ago left a bind without an answer: better ask another one.
    bool is_suspect() const;
    void attempt_failed(net::Clock::time_point begun, std::string_view why) {
        watch_.attempt_failed(begun, why);
    }

    // As the service account. All throw what Connection throws.
    net::Task<Message> search(Search search);
    // A connection of its own for who asks one thing after the other on it.
    net::Task<std::unique_ptr<Connection>> connect_as_service();
    // From the rootDSE: the server takes AD's LDAP_MATCHING_RULE_IN_CHAIN.
    net::Task<bool> knows_chain_rule();

    // A connection of its own for one user, given back at the end. Its first bind may be
    // sent twice: a connection that was at rest may have been closed without a word.
    class Lease {
     public:
        net::Task<Answer> bind(const std::string& dn, const crypto::Secret& password);
        net::Task<Message> search(const Search& search);
        net::Task<Message> who_am_i();
        ~Lease();
        Lease(Lease&&) noexcept = default;
        Lease& operator=(Lease&&) noexcept = default;

     private:
        friend class Server;
        Lease(std::shared_ptr<Server> server, net::Slots::Slot slot)
            : server_(std::move(server)), slot_(std::move(slot)) {}
        std::shared_ptr<Server> server_;
        net::Slots::Slot slot_;
        std::unique_ptr<Connection> connection_;
    };
    net::Task<Lease> lease();

 private:
    struct AtRest {
        std::unique_ptr<Connection> connection;
        net::Clock::time_point since;
    };

    net::Clock::time_point heard() const override;
    void drop_silent(net::Clock::time_point since) override;
    void drop_all() override;
    // Only when it was down: it may be that nobody ever searches here.
    bool needs_connection() override { return !watch_.is_up(); }
    net::Task<> connect_ahead() override { return add_pipeline(); }
    net::Task<> keep_alive() override;
    net::Task<bool> still_answers(std::shared_ptr<Pipeline> pipeline);

    net::Task<std::shared_ptr<Pipeline>> pipeline();
    net::Task<> add_pipeline();
    void open_another();
    void drop_broken_pipelines();
    net::Task<std::shared_ptr<Pipeline>> open_pipeline();
    net::Task<> bind_service(Connection& connection);

    net::Task<std::unique_ptr<Connection>> connect();
    std::unique_ptr<Connection> take_rested();
    void log_step(net::Clock::time_point begun, std::string_view step, std::string_view dn,
                  std::string_view filter, const Message& message) const;

    std::shared_ptr<const Settings> settings_;
    ServerAddress address_;
    std::string directory_;
    observe::Log& log_;
    net::Executor executor_;
    directory::Watch watch_;
    std::vector<std::shared_ptr<Pipeline>> pipelines_;
    std::list<AtRest> at_rest_;
    std::shared_ptr<net::Slots> bind_slots_, opening_;
    net::Deadline refused_until_{};   // our own account: until then it is not tried again,
    std::string refusal_;             // for this reason
    net::Clock::time_point heard_{};  // on other connections than the pipelines
    net::Clock::time_point bind_unanswered_{};  // when the last bind was given up
    bool opens_another_ = false;
    bool knows_chain_rule_ = false;
};

}  // namespace postern::ldap
