#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>

#include "net/stream_state.hpp"
#include "net/tls_error.hpp"

namespace postern::net {
namespace {

using boost::system::error_code;
using boost::system::system_error;

constexpr std::uint16_t calls_in_a_row = 16;

enum class Want : std::uint8_t { read, write, close_notify, cut_off, failure, io_failure };

struct Verdict {
    Want want;
    int io_error = 0;
};

// What the SSL call that returned `result` asks for. Comes right after it: errno and OpenSSL's
// error queue are still the call's.
Verdict judge(const SSL* ssl, int result) {
    const int io_error = errno;
    switch (SSL_get_error(ssl, result)) {
        case SSL_ERROR_WANT_READ:
            return {Want::read};
        case SSL_ERROR_WANT_WRITE:
            return {Want::write};
        case SSL_ERROR_ZERO_RETURN:
            return {Want::close_notify};
        case SSL_ERROR_SYSCALL:
            if (io_error == 0) return {Want::cut_off};
            return {Want::io_failure, io_error};
        default:
            break;
    }
    const bool fin_without_close_notify =
        ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
    return {fin_without_close_notify ? Want::cut_off : Want::failure};
}

// OpenSSL reports what is left in the queue by whoever came before as this call's error.
void forget_errors() {
    ERR_clear_error();
    errno = 0;
}

error_code system_code(int number) {
    return {number, boost::system::system_category()};
}

// A name as it is sent in SNI and compared with certificates: without the root's dot.
std::string_view without_root(std::string_view host) {
    if (host.ends_with('.')) host.remove_suffix(1);
    return host;
}

void expect_peer(SSL* ssl, const std::string& host, bool verify) {
    error_code no_address;
    asio::ip::make_address(host, no_address);
    const bool is_name = static_cast<bool>(no_address);
    if (is_name && !host.empty() && SSL_set_tlsext_host_name(ssl, host.c_str()) != 1)
        throw TlsError("\"" + host + "\" cannot be sent as a server name: " + openssl_words());
    if (!verify) return;
    if (host.empty()) throw TlsError("there is no name to verify the peer's certificate against");
    X509_VERIFY_PARAM* expected = SSL_get0_param(ssl);
    X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    const int done = is_name ? X509_VERIFY_PARAM_set1_host(expected, host.data(), host.size())
                             : X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str());
    if (done != 1) throw TlsError("\"" + host + "\" cannot be verified: " + openssl_words());
}

std::string to_text(X509_NAME* name) {
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> out(BIO_new(BIO_s_mem()), BIO_free_all);
    if (!out || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253) < 0) return {};
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

}  // namespace

void Stream::State::start_session(std::shared_ptr<const TlsContext> with) {
    assert(!reading && !writing);
    if (ssl != nullptr) throw TlsError("the connection has TLS already");
    require_usable();
    ERR_clear_error();
    context = std::move(with);
    ssl = SSL_new(context->native());
    broken = true;  // until the handshake is done
    if (ssl == nullptr || SSL_set_fd(ssl, socket.native_handle()) != 1)
        throw TlsError("no TLS session: " + openssl_words());
}

Task<> Stream::State::accept_tls(Self self, std::shared_ptr<const TlsContext> context) {
    self->start_session(std::move(context));
    SSL_set_accept_state(self->ssl);
    co_await self->handshake();
}

Task<> Stream::State::connect_tls(Self self, std::shared_ptr<const TlsContext> context,
                                  std::string host) {
    self->start_session(std::move(context));
    SSL_set_connect_state(self->ssl);
    expect_peer(self->ssl, std::string(without_root(host)), self->context->verifies_peer());
    co_await self->handshake();
}

Task<> Stream::State::handshake() {
    const Occupied reader(reading);
    const Occupied writer(writing);
    for (;;) {
        require_usable();
        forget_errors();
        const int result = SSL_do_handshake(ssl);
        if (result == 1) break;
        const Verdict verdict = judge(ssl, result);
        switch (verdict.want) {
            case Want::read:
                co_await wait(Socket::wait_read);
                break;
            case Want::write:
                co_await wait(Socket::wait_write);
                break;
            case Want::io_failure:
                throw system_error(system_code(verdict.io_error));
            case Want::cut_off:
            case Want::close_notify:
                throw system_error(asio::error::eof);
            case Want::failure:
                throw TlsError(handshake_words(ssl));
        }
    }
    broken = false;
}

Task<std::size_t> Stream::State::read_tls(Self self, asio::mutable_buffer into) {
    const Occupied reader(self->reading);
    for (;;) {
        if (self->hogs_the_thread()) co_await asio::post(self->socket.get_executor(), use_task);
        self->require_usable();
        if (self->at_end) co_return 0;
        std::size_t count = 0;
        forget_errors();
        const int result = SSL_read_ex(self->ssl, into.data(), into.size(), &count);
        if (result == 1) co_return count;
        const Verdict verdict = judge(self->ssl, result);
        switch (verdict.want) {
            case Want::read:
                co_await self->wait(Socket::wait_read);
                break;
            case Want::write:
                co_await self->wait(Socket::wait_write);
                break;
            case Want::close_notify:
                self->at_end = true;
                break;
            case Want::cut_off:
                self->at_end = self->truncated = self->broken = true;
                break;
            case Want::io_failure:
                self->broken = true;
                throw system_error(system_code(verdict.io_error));
            case Want::failure:
                self->broken = true;
                throw system_error(openssl_error());
        }
    }
}

// A record without octets for us (a session ticket) is processed on the way and is not one.
Stream::Ahead Stream::State::look_ahead_tls() {
    char octet = 0;
    forget_errors();
    const int result = SSL_peek(ssl, &octet, 1);
    if (result == 1) return Ahead::octets;
    const Want want = judge(ssl, result).want;
    return want == Want::read || want == Want::write ? Ahead::nothing : Ahead::end;
}

Task<> Stream::State::write_tls(Self self, std::string_view octets) {
    const Occupied writer(self->writing);
    while (!octets.empty()) {
        if (self->hogs_the_thread()) co_await asio::post(self->socket.get_executor(), use_task);
        self->require_usable();
        std::size_t count = 0;
        forget_errors();
        const int result = SSL_write_ex(self->ssl, octets.data(), octets.size(), &count);
        if (result == 1) {
            octets.remove_prefix(count);
            continue;
        }
        const Verdict verdict = judge(self->ssl, result);
        switch (verdict.want) {
            case Want::read:
                co_await self->wait(Socket::wait_read);
                break;
            case Want::write:
                co_await self->wait(Socket::wait_write);
                break;
            case Want::io_failure:
                self->broken = true;
                throw system_error(system_code(verdict.io_error));
            case Want::cut_off:
            case Want::close_notify:
                self->broken = true;
                throw system_error(asio::error::eof);
            case Want::failure:
                self->broken = true;
                throw system_error(openssl_error());
        }
    }
}

bool Stream::State::hogs_the_thread() {
    if (++unwaited < calls_in_a_row) return false;
    unwaited = 0;
    return true;
}

// Our close_notify; the peer's is not awaited, its FIN is.
Task<> Stream::State::say_goodbye() {
    if (ssl == nullptr || broken) co_return;
    for (;;) {
        require_usable();
        forget_errors();
        const int result = SSL_shutdown(ssl);
        if (result >= 0) co_return;
        if (judge(ssl, result).want != Want::write) {
            broken = true;
            co_return;
        }
        co_await wait(Socket::wait_write);
    }
}

bool Stream::is_tls() const {
    return state_->ssl != nullptr && SSL_is_init_finished(state_->ssl) == 1;
}

std::string Stream::tls_version() const {
    return is_tls() ? SSL_get_version(state_->ssl) : "";
}

std::string Stream::tls_cipher() const {
    const char* name = is_tls() ? SSL_get_cipher_name(state_->ssl) : nullptr;
    return name == nullptr ? "" : name;
}

std::string Stream::server_name() const {
    const char* name =
        is_tls() ? SSL_get_servername(state_->ssl, TLSEXT_NAMETYPE_host_name) : nullptr;
    return name == nullptr ? "" : name;
}

bool Stream::resumed() const {
    return is_tls() && SSL_session_reused(state_->ssl) == 1;
}

std::string Stream::peer_subject() const {
    if (!is_tls() || !state_->context->verifies_peer()) return {};
    X509* certificate = SSL_get0_peer_certificate(state_->ssl);
    if (certificate == nullptr || SSL_get_verify_result(state_->ssl) != X509_V_OK) return {};
    return to_text(X509_get_subject_name(certificate));
}

}  // namespace postern::net
