#include "support/scripted_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace postern::test {

namespace {

struct Ended {};  // the client has gone, or the test is over

// A connection as blocking code sees it; the end of the test wakes whoever waits.
class Wire {
 public:
    Wire(int socket, int stop) : socket_(socket), stop_(stop) {}
    ~Wire() {
        SSL_free(tls_);
        ::close(socket_);
    }
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    void start_tls(SSL_CTX* context) {
        tls_ = SSL_new(context);
        SSL_set_fd(tls_, socket_);
        for (int result; (result = SSL_accept(tls_)) != 1;)
            wait_for_tls(result);
    }

    std::size_t read(char* into, std::size_t most) {
        for (;;) {
            if (tls_) {
                const int got = SSL_read(tls_, into, static_cast<int>(most));
                if (got > 0) return static_cast<std::size_t>(got);
                wait_for_tls(got);
            } else {
                const auto got = ::recv(socket_, into, most, 0);
                if (got > 0) return static_cast<std::size_t>(got);
                if (got == 0 || errno != EAGAIN) throw Ended();
                wait(POLLIN);
            }
        }
    }

    void write(std::string_view octets) {
        while (!octets.empty()) {
            if (tls_) {
                const int put = SSL_write(tls_, octets.data(), static_cast<int>(octets.size()));
                if (put > 0)
                    octets.remove_prefix(static_cast<std::size_t>(put));
                else
                    wait_for_tls(put);
            } else {
                const auto put = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
                if (put > 0)
                    octets.remove_prefix(static_cast<std::size_t>(put));
                else if (errno != EAGAIN)
                    throw Ended();
                else
                    wait(POLLOUT);
            }
        }
    }

    void wait_for_the_end() {
        for (;;)
            wait(POLLRDHUP);
    }

 private:
    void wait(short events) {
        std::array<pollfd, 2> waiting{{{socket_, events, 0}, {stop_, POLLIN, 0}}};
        ::poll(waiting.data(), waiting.size(), -1);
        const bool gone =
            events == POLLRDHUP && (waiting[0].revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
        if (waiting[1].revents != 0 || gone) throw Ended();
    }
    void wait_for_tls(int result) {
        const int error = SSL_get_error(tls_, result);
        if (error == SSL_ERROR_WANT_READ)
            wait(POLLIN);
        else if (error == SSL_ERROR_WANT_WRITE)
            wait(POLLOUT);
        else
            throw Ended();
    }

    int socket_, stop_;
    SSL* tls_ = nullptr;
};

void throw_errno(const char* what) {
    throw std::runtime_error(std::string("scripted server: ") + what);
}

void make_nonblocking(int socket) {
    ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK);
}

}  // namespace

// One connection playing its script.
class ScriptedServer::Dialogue {
 public:
    Dialogue(ScriptedServer& server, int socket, std::size_t connection)
        : server_(server), connection_(connection), wire_(socket, server.stop_) {}

    void play(const Script& script) {
        if (server_.implicit_tls_) wire_.start_tls(server_.tls_);
        for (const Step& step : script) {
            if (step.misdeed == Misdeed::close_early) return;
            if (step.kind == Step::Kind::message)
                hear_message(step);
            else if (!step.expect.empty())
                hear_line(step);
            if (step.misdeed == Misdeed::close) return;
            if (step.misdeed == Misdeed::stall) wire_.wait_for_the_end();
            reply(step);
            if (step.closes) return;
            if (step.starts_tls) start_tls();
        }
        hear_line({.expect = "QUIT"});
        wire_.write("221 2.0.0 Bye\r\n");
    }

 private:
    void reply(const Step& step) {
        if (step.misdeed == Misdeed::garbage) {
            wire_.write("\x16\x03\x01 HTTP/1.1 200 OK\r\n\r\n");
            return;
        }
        if (step.reply.empty()) return;
        // Counted first: the client may have it before this thread runs again.
        const bool acknowledges = step.kind == Step::Kind::message && step.reply.starts_with("250");
        if (acknowledges && step.at_octet == 0) ++server_.acknowledged_;
        wire_.write(step.reply + "\r\n");
        if (step.at_octet != 0) wire_.wait_for_the_end();
    }

    // What was sent in the clear behind STARTTLS is dropped, as a good server does.
    void start_tls() {
        input_.clear();
        wire_.start_tls(server_.tls_);
    }

    void hear_line(const Step& step) {
        std::size_t end;
        while ((end = input_.find("\r\n")) == std::string::npos)
            receive();
        std::string line = input_.substr(0, end);
        input_.erase(0, end + 2);
        const std::lock_guard lock(server_.mutex_);
        server_.heard_.push_back({connection_, line});
        if (!line.starts_with(step.expect)) {
            server_.surprises_.push_back("expected \"" + step.expect + "\", heard \"" + line +
                                         "\"");
        }
    }

    void hear_message(const Step& step) {
        constexpr std::string_view end_of_data = "\r\n.\r\n";
        std::string message = "\r\n";  // the end of the DATA line counts (RFC 5321 4.1.1.4)
        std::size_t end = std::string::npos;
        do {
            if (input_.empty()) receive();
            const auto seen = message.size() < 4 ? 0 : message.size() - 4;
            message += input_;
            input_.clear();
            if (step.at_octet != 0 && message.size() - 2 >= step.at_octet) return;
            end = message.find(end_of_data, seen);
        } while (end == std::string::npos);
        input_ = message.substr(end + end_of_data.size());
        message.resize(end + 2);
        const std::lock_guard lock(server_.mutex_);
        server_.messages_.push_back(message.substr(2));
    }

    void receive() {
        std::array<char, 16384> buffer;
        input_.append(buffer.data(), wire_.read(buffer.data(), buffer.size()));
    }

    ScriptedServer& server_;
    std::size_t connection_;
    Wire wire_;
    std::string input_;
};

Step greets(std::string reply) {
    return {.reply = std::move(reply)};
}

Step hears(std::string expect, std::string reply) {
    return {.expect = std::move(expect), .reply = std::move(reply)};
}

Step hears_then_closes(std::string expect, std::string reply) {
    return {.expect = std::move(expect), .reply = std::move(reply), .closes = true};
}

Step starts_tls(std::string reply) {
    return {.expect = "STARTTLS", .reply = std::move(reply), .starts_tls = true};
}

Step hears_message(std::string reply) {
    return {.kind = Step::Kind::message, .reply = std::move(reply)};
}

Step interrupts_message(std::size_t at_octet, std::string reply) {
    return {.kind = Step::Kind::message, .reply = std::move(reply), .at_octet = at_octet};
}

Script with_misdeed(Script script, std::size_t step, Misdeed misdeed) {
    script.at(step).misdeed = misdeed;
    return script;
}

ScriptedServer::ScriptedServer(std::vector<Script> scripts, std::optional<Tls> tls)
    : scripts_(std::move(scripts)) {
    if (tls) {
        implicit_tls_ = tls->implicit;
        tls_ = SSL_CTX_new(TLS_server_method());
        if (SSL_CTX_use_certificate_chain_file(tls_, tls->cert.c_str()) != 1 ||
            SSL_CTX_use_PrivateKey_file(tls_, tls->key.c_str(), SSL_FILETYPE_PEM) != 1) {
            throw_errno("certificate");
        }
    }
    stop_ = ::eventfd(0, EFD_CLOEXEC);
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 128) != 0 ||
        ::getsockname(listener_, generic, &size) != 0) {
        throw_errno("no port");
    }
    port_ = ntohs(address.sin_port);
    make_nonblocking(listener_);
    acceptor_ = std::thread([this] { accept_all(); });
}

ScriptedServer::~ScriptedServer() {
    ::eventfd_write(stop_, 1);
    acceptor_.join();
    for (auto& each : dialogues_)
        each.join();
    ::close(listener_);
    ::close(stop_);
    SSL_CTX_free(tls_);
}

void ScriptedServer::accept_all() {
    for (;;) {
        std::array<pollfd, 2> waiting{{{listener_, POLLIN, 0}, {stop_, POLLIN, 0}}};
        ::poll(waiting.data(), waiting.size(), -1);
        if (waiting[1].revents != 0) return;
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (socket < 0) continue;
        const std::size_t connection = accepted_++;
        ++open_;
        dialogues_.emplace_back([this, socket, connection] { serve(socket, connection); });
    }
}

void ScriptedServer::serve(int socket, std::size_t connection) {
    try {
        Dialogue dialogue(*this, socket, connection);
        if (connection < scripts_.size()) dialogue.play(scripts_[connection]);
    } catch (const Ended&) {  // as planned, or seen by the test in what was heard
    }
    --open_;
}

std::vector<std::string> ScriptedServer::heard(std::size_t connection) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> lines;
    for (const auto& record : heard_) {
        if (record.connection == connection) lines.push_back(record.line);
    }
    return lines;
}

std::vector<std::string> ScriptedServer::heard() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> lines;
    for (const auto& record : heard_)
        lines.push_back(record.line);
    return lines;
}

std::vector<std::string> ScriptedServer::messages() const {
    const std::lock_guard lock(mutex_);
    return messages_;
}

std::vector<std::string> ScriptedServer::surprises() const {
    const std::lock_guard lock(mutex_);
    return surprises_;
}

}  // namespace postern::test
