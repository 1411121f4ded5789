// Sessions behind a real port, on a real worker, with a directory and a next hop that the test
// steers.
#pragma once

#include <atomic>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>

#include "app/worker.hpp"
#include "session/environment.hpp"
#include "support/captured_log.hpp"
#include "support/recording_next_hop.hpp"

namespace postern::test {

class SessionHost {
 public:
    // What the directory answers to a login and password.
    using Verdict =
        std::function<identity::AuthResult(const std::string& login, const std::string& password)>;

    // `settings` is the TOML of [session]; mistakes in it throw. jane, password "secret", owns
    // jane@example.org, jane+x@sub.example.org and @jane.example, unless `verdict` says otherwise.
    // A lookup knows bob and printer, who own their addresses there; of "down" nobody can tell.
    explicit SessionHost(const std::string& settings = "", Verdict verdict = knows_jane,
                         session::Listener listener = {"submission", false, nullptr});
    ~SessionHost();

    static identity::AuthResult knows_jane(const std::string& login, const std::string& password);

    std::uint16_t port() const { return port_; }
    RecordingNextHop& next_hop() { return *next_hop_; }
    std::string log() const { return log_.text(); }
    void drain() { draining_ = true; }
    void cut() { worker_->cut(); }
    std::size_t sessions() const { return worker_->sessions(); }
    // Waits until every session has ended; throws when that takes more than ten seconds.
    void await_end() const;

 private:
    using Acceptor = net::asio::basic_socket_acceptor<net::asio::ip::tcp, net::Executor>;
    net::Task<> accept(std::shared_ptr<Acceptor> acceptor);

    CapturedLog log_;
    app::ConnectionLimits limits_;
    std::atomic<bool> draining_{false};
    session::Listener listener_;
    std::shared_ptr<RecordingNextHop> next_hop_ = std::make_shared<RecordingNextHop>();
    std::shared_ptr<const session::Environment> environment_;
    std::uint16_t port_ = 0;
    std::shared_ptr<Acceptor> acceptor_;
    std::unique_ptr<app::Worker> worker_;
};

}  // namespace postern::test
