#include "support/fault_proxy.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <memory>
#include <string>
#include <utility>

namespace postern::test {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// One client's connection and the one to the server that belongs to it. Lives as long as something
// of it waits.
class FaultProxy::Relay : public std::enable_shared_from_this<Relay> {
 public:
    Relay(FaultProxy& proxy, tcp::socket client)
        : proxy_(proxy), client_(std::move(client)), server_(proxy.io_), delay_(proxy.io_) {}

    ~Relay() { leave(); }
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    void start() {
        come();
        error_code refused;
        server_.connect(proxy_.server_, refused);
        if (refused) return;
        read_questions();
        read_answers();
    }

 private:
    void read_questions() {
        auto read = [self = shared_from_this()](error_code error, std::size_t size) {
            if (error) return self->ask_to_close();
            self->asked_ = true;
            error_code failed;
            asio::write(self->server_, asio::buffer(self->question_, size), failed);
            failed ? self->close() : self->read_questions();
        };
        client_.async_read_some(asio::buffer(question_), std::move(read));
    }

    void read_answers() {
        auto read = [self = shared_from_this()](error_code error, std::size_t size) {
            error ? self->close() : self->pass_on(size);
        };
        server_.async_read_some(asio::buffer(answer_), std::move(read));
    }

    // The client has left; the server still has the connection until it closes it.
    void ask_to_close() {
        error_code failed;
        server_.shutdown(tcp::socket::shutdown_send, failed);
        if (failed) close();
    }

    void count_round_trip() {
        if (!std::exchange(asked_, false)) return;
        const std::lock_guard lock(proxy_.mutex_);
        ++proxy_.round_trips_[number_];
    }

    void pass_on(std::size_t size) {
        proxy_.answered_ = std::chrono::steady_clock::now();
        const auto fault = proxy_.fault_.load();  // before a test can see that there is an answer
        count_round_trip();
        if (fault == Fault::swallows) return read_answers();
        std::string octets(answer_.data(), size);
        for (const auto& [what, by] : proxy_.replaced_)
            for (auto at = octets.find(what); at != octets.npos; at = octets.find(what, at))
                octets.replace(at, what.size(), by), at += by.size();
        if (fault == Fault::garbage)
            for (char& octet : octets)
                octet = static_cast<char>(octet ^ 0x5A);
        if (fault == Fault::cuts) octets.resize(size / 2);
        const bool closes = fault == Fault::closes || fault == Fault::cuts;
        if (fault != Fault::slow) return deliver(std::move(octets), closes);
        delay_.expires_after(proxy_.delay_.load());
        delay_.async_wait([self = shared_from_this(), octets](error_code error) {
            if (!error) self->deliver(octets, false);
        });
    }

    void deliver(std::string octets, bool closes) {
        error_code failed;
        asio::write(client_, asio::buffer(octets), failed);
        failed || closes ? close() : read_answers();
    }

    void come() {
        proxy_.most_open_ = std::max(proxy_.most_open_.load(), ++proxy_.open_);
        number_ = proxy_.connections_++;
        const std::lock_guard lock(proxy_.mutex_);
        proxy_.round_trips_.push_back(0);
    }

    void leave() {
        if (!std::exchange(left_, true)) --proxy_.open_;
    }

    // Counted before the client can know.
    void close() {
        leave();
        error_code ignored;
        client_.close(ignored);
        server_.close(ignored);
    }

    FaultProxy& proxy_;
    tcp::socket client_, server_;
    asio::steady_timer delay_;
    std::size_t number_ = 0;
    bool left_ = false, asked_ = false;
    std::array<char, 16384> question_, answer_;
};

FaultProxy::FaultProxy(std::uint16_t server)
    : acceptor_(io_, {asio::ip::address_v4::loopback(), 0}),
      server_(asio::ip::address_v4::loopback(), server),
      port_(acceptor_.local_endpoint().port()) {
    accept();
    thread_ = std::thread([this] { io_.run(); });
}

FaultProxy::~FaultProxy() {
    io_.stop();
    thread_.join();
}

std::vector<std::size_t> FaultProxy::round_trips() const {
    const std::lock_guard lock(mutex_);
    return round_trips_;
}

void FaultProxy::accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket client) {
        if (error) return;
        std::make_shared<Relay>(*this, std::move(client))->start();
        accept();
    });
}

}  // namespace postern::test
