#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/task.hpp"
#include "net/tls_context.hpp"

namespace postern::net {

using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Endpoint = asio::ip::tcp::endpoint;

// One TCP connection, plain or TLS, upgraded in place.
//
// Contract
// - One reader and one writer at a time (asserted); each may wait for the other's direction, for
//   TLS may have to write to read. Everything happens on the thread of the socket's io_context.
// - A deadline belongs to the stream, not to an operation: every operation that is waiting when it
//   passes fails with timed_out, and so does each one started later, until the deadline is moved.
//   After a read that timed out the stream can still be written to; after a write that did, it is
//   only good for `close`. Moving the deadline costs no system call and no timer operation.
// - A Stream may be moved, closed or destroyed while it is read or written. Whatever waits on a
//   closed one, or is started on it later, ends with operation_aborted.
// - `read_some` returns 0 at the end of the stream: TCP FIN, TLS close_notify, and for TLS also a
//   FIN without close_notify (`truncated()` tells; normal for SMTP after QUIT). The end stays the
//   end. Reset and the rest throw system_error.
// - Plain octets are tried first and waited for only when there are none. TLS: SSL_read and
//   SSL_write until they want something, only then the wait; now and then others on the thread get
//   a turn. No octet is read ahead of a handshake: what has been read before start of TLS was
//   handed out, so the caller can see that nothing was injected behind STARTTLS.
// - SSL_MODE_ENABLE_PARTIAL_WRITE, ACCEPT_MOVING_WRITE_BUFFER, RELEASE_BUFFERS (an idle connection
//   holds no record buffers), no renegotiation, no early data, no compression. SIGPIPE must be
//   ignored by the process.
// - Cancellation of the awaiting coroutine ends the operation with operation_aborted; `cancel()`
//   does the same to whatever waits, from the same thread.
class Stream {
 public:
    explicit Stream(Socket socket);
    ~Stream();  // closes; a TLS session that ended well stays resumable
    Stream(Stream&&) noexcept;
    Stream& operator=(Stream&&) noexcept;

    // At least one octet, or 0 at the end of the stream.
    Task<std::size_t> read_some(asio::mutable_buffer into);
    // What `read_some` would find without waiting; `end` is also an error. Asks the system and
    // reads nothing. Not while somebody reads.
    enum class Ahead : std::uint8_t { nothing, octets, end };
    Ahead look_ahead();
    // All of it, or an exception.
    Task<> write(std::string_view octets);

    // The server's and the client's handshake. Throws system_error when the connection breaks,
    // TlsError when the handshake fails, an unverified peer certificate included. `host` is sent as
    // SNI and must be among the certificate's names when the context verifies; an IP address is
    // checked as one.
    Task<> accept_tls(std::shared_ptr<const TlsContext> context);
    Task<> connect_tls(std::shared_ptr<const TlsContext> context, std::string host);

    void expires_at(Deadline deadline);
    void expires_after(Clock::duration duration) { expires_at(Clock::now() + duration); }
    void expires_never() { expires_at(Deadline::max()); }

    // Ends politely: close_notify where there is TLS, FIN, a short wait (at most 1 s) for the
    // peer's, close. Throws nothing.
    Task<> shutdown();
    void close() noexcept;
    void cancel() noexcept;

    // A Stream that was moved from is not open; nothing else may be asked of it.
    bool is_open() const;
    bool is_tls() const;
    bool truncated() const;
    std::string tls_version() const;  // "TLSv1.3", or empty
    std::string tls_cipher() const;   // "TLS_AES_256_GCM_SHA384", or empty
    std::string server_name() const;  // the client's SNI, or empty
    bool resumed() const;
    // The subject of the peer's certificate when it sent a verified one, or empty.
    std::string peer_subject() const;

    const Endpoint& remote() const;
    const Endpoint& local() const;
    Executor executor() const;

 private:
    struct State;
    // Shared with the coroutines that are under way and, weakly, with the deadline's timer: a
    // Stream may be moved or destroyed while they wait.
    std::shared_ptr<State> state_;
};

// Connects to the first of `endpoints` that answers, in order, each with its share of the time left
// until `deadline`. Throws the last error.
Task<Stream> connect(const std::vector<Endpoint>& endpoints, Deadline deadline);
// To the socket of a server on this machine, which has no endpoints: those of the Stream stay
// empty.
Task<Stream> connect_unix(std::string path);

}  // namespace postern::net
