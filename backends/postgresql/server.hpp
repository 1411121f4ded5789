#pragma once

#include <memory>
#include <string>
#include <vector>

#include "directory/watch.hpp"
#include "net/slots.hpp"
#include "observe/log.hpp"
#include "postgresql/connection.hpp"
#include "postgresql/postgresql_settings.hpp"
#include "postgresql/preparation.hpp"

namespace postern::postgresql {

// A query of the settings is refused, or its columns are not what they should be.
class QueryRefused : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

// One server with its connections.
class Server final : public directory::Watch::Watched, public std::enable_shared_from_this<Server> {
 public:
    Server(std::shared_ptr<const Settings> settings, net::HostPort host, std::string directory,
           observe::Log& log, net::Executor executor);
    // Starts to look after the connections, on the executor, until `close`: then nothing is asked
    // any more, and what it has spawned ends by itself.
    void start() { watch_.start(shared_from_this()); }
    void close();

    std::string text() const;  // "db.internal:5432", or the folder of its socket
    bool is_up() const { return watch_.is_up(); }
    bool is_standby() const;  // as far as its connections know: it may have been promoted
    const std::string& why_down() const { return watch_.why_down(); }
    void attempt_failed(net::Clock::time_point begun, std::string_view why) {
        watch_.attempt_failed(begun, why);
    }

    // Throws what Connection throws, and QueryRefused. What is lost with its connection is asked
    // once more on another one, unless it `writes`.
    net::Task<Connection::Answer> ask(std::vector<Call> calls, bool writes = false);

    // What it has against our queries, as soon as it has been tried once or at `deadline`.
    net::Task<Objections> objections(net::Deadline deadline) const;
    // For who looks closely: one more connection, started, with nothing prepared; is to be closed.
    // `attributes`: what the server has to be in place of what the settings say ("primary").
    net::Task<std::shared_ptr<Connection>> connect(std::string attributes = "");

 private:
    net::Clock::time_point heard() const override;
    void drop_silent(net::Clock::time_point since) override;
    void drop_all() override;
    bool needs_connection() override;
    net::Task<> connect_ahead() override;
    net::Task<> keep_alive() override;
    net::Task<bool> still_answers(std::shared_ptr<Connection> connection);

    net::Task<std::shared_ptr<Connection>> connection();
    net::Task<> add_connection();
    void open_others();
    void drop_broken();
    net::Task<> prepare(std::shared_ptr<Connection> connection);
    Connection::Target target(const std::string& address, const std::string& attributes) const;
    net::Task<std::vector<std::string>> addresses();
    void tell_refusal(const ServerError& error);
    void log_step(net::Clock::time_point begun, const std::vector<Call>& calls,
                  const Connection::Answer& answer) const;

    std::shared_ptr<const Settings> settings_;
    net::HostPort host_;
    std::string directory_;
    observe::Log& log_;
    net::Executor executor_;
    directory::Watch watch_;
    std::vector<std::shared_ptr<Connection>> connections_;
    std::shared_ptr<net::Slots> places_, opening_;
    std::string told_;
    bool opens_others_ = false;
    net::Deadline others_refused_until_{};  // one connection is had, another one is not
    Objections objections_;
};

}  // namespace postern::postgresql
