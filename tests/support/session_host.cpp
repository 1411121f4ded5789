#include "support/session_host.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <csignal>
#include <stdexcept>
#include <thread>

#include "config/section.hpp"
#include "crypto/random.hpp"
#include "support/fake_directory.hpp"

namespace postern::test {

namespace {

namespace asio = net::asio;

// As `main` does: OpenSSL writes without MSG_NOSIGNAL.
const auto sigpipe_is_ignored = std::signal(SIGPIPE, SIG_IGN);
using asio::ip::tcp;

session::Settings settings_of(const std::string& toml) {
    auto document = config::Document::parse(toml, "session.toml");
    auto root = document.root();
    auto settings = session::Settings::read(root, "gate.example.org", {"people"}, {"recording"});
    document.report_unknown_keys();
    for (const auto& problem : document.problems())
        throw std::runtime_error(problem.text());
    return settings;
}

net::Task<identity::AuthResult> judged(SessionHost::Verdict verdict, std::string login,
                                       std::string password) {
    co_return verdict(login, password);
}

net::Task<identity::LookupResult> known(std::string login) {
    if (login == "down") co_return identity::Unavailable{};
    if (login == "bob" || login == "printer")
        co_return identity::Principal{.name = login, .addresses = {login + "@example.org"}};
    co_return identity::Rejected{identity::Reason::unknown_user, ""};
}

std::unique_ptr<directory::Service> people(SessionHost::Verdict verdict, observe::Log& log) {
    return std::make_unique<directory::Service>(
        "people", std::chrono::seconds(2), log, [verdict](asio::io_context&) {
            return std::make_unique<FakeDirectory>(
                [verdict](const identity::Credentials& asked) {
                    return judged(verdict, asked.login.text(),
                                  std::string(asked.password.reveal()));
                },
                [](const identity::Login& login) { return known(login.text()); });
        });
}

std::shared_ptr<session::AuthLimits> limits_of(const session::AuthLimitSettings& settings,
                                               asio::io_context& io) {
    if (!settings.any()) return nullptr;
    auto local = std::make_shared<cache::LocalCounters>(1000);
    auto limits = std::make_shared<session::AuthLimits>(settings, io, local, [&io, local] {
        const crypto::Secret key(crypto::random_octets(cache::Keys::key_size));
        return std::make_shared<cache::Counters>(cache::Keys(key, "test", ""), "limit", nullptr,
                                                 io.get_executor(), local);
    });
    limits->start();
    return limits;
}

}  // namespace

identity::AuthResult SessionHost::knows_jane(const std::string& login,
                                             const std::string& password) {
    if (login != "jane") return identity::Rejected{identity::Reason::unknown_user, ""};
    if (password != "secret") return identity::Rejected{identity::Reason::bad_credentials, "jane"};
    return identity::Accepted{
        {.name = "jane",
         .addresses = {"jane@example.org", "jane+x@sub.example.org", "@jane.example"}}};
}

SessionHost::SessionHost(const std::string& settings, Verdict verdict, session::Listener listener)
    : listener_(std::move(listener)) {
    worker_ = std::make_unique<app::Worker>(log_, limits_);
    auto parsed = settings_of(settings);
    auto auth_limits = limits_of(parsed.auth.limits, worker_->io());
    const auto header_memory = parsed.limits.header_memory;
    decltype(session::Environment::directories) directories;
    directories["people"] = people(std::move(verdict), log_);
    decltype(session::Environment::next_hops) next_hops;
    next_hops["recording"] = next_hop_;
    environment_ = std::shared_ptr<const session::Environment>(
        new session::Environment{std::move(parsed),
                                 std::move(directories),
                                 std::move(next_hops),
                                 {next_hop_.get()},
                                 log_,
                                 draining_,
                                 session::HeaderMemory(header_memory),
                                 std::move(auth_limits)});

    acceptor_ = std::make_shared<Acceptor>(worker_->io(),
                                           tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    port_ = acceptor_->local_endpoint().port();
    asio::co_spawn(worker_->io(), accept(acceptor_), [](std::exception_ptr) {});
}

SessionHost::~SessionHost() {
    asio::post(worker_->io(), [acceptor = std::move(acceptor_)] { acceptor->close(); });
    worker_->cut();
    await_end();
}

net::Task<> SessionHost::accept(std::shared_ptr<Acceptor> acceptor) {
    while (acceptor->is_open()) {
        net::Socket socket(worker_->io());
        const auto [error] = co_await acceptor->async_accept(socket, asio::as_tuple(net::use_task));
        if (!error) worker_->serve({std::move(socket), listener_, environment_, worker_->seat()});
    }
}

void SessionHost::await_end() const {
    const auto deadline = net::Clock::now() + std::chrono::seconds(10);
    while (sessions() > 0) {
        if (net::Clock::now() > deadline) throw std::runtime_error("a session does not end");
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

}  // namespace postern::test
