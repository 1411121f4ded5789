#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <cassert>
#include <memory>
#include <string>
#include <string_view>

#include "net/stream.hpp"

namespace postern::net {

// What a Stream is made of; private to stream*.cpp. The coroutines are static and keep the state
// alive by themselves. SSL holds the bare descriptor, so no SSL call is made once the socket is
// closed: the number may belong to somebody else by then.
struct Stream::State : std::enable_shared_from_this<State> {
    explicit State(Socket accepted);
    ~State();
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    using Self = std::shared_ptr<State>;
    class Wait;

    static Task<std::size_t> read_plain(Self self, asio::mutable_buffer into);
    static Task<std::size_t> read_tls(Self self, asio::mutable_buffer into);
    Ahead look_ahead_plain();
    Ahead look_ahead_tls();
    static Task<> write_plain(Self self, std::string_view octets);
    static Task<> write_tls(Self self, std::string_view octets);
    static Task<> accept_tls(Self self, std::shared_ptr<const TlsContext> context);
    static Task<> connect_tls(Self self, std::shared_ptr<const TlsContext> context,
                              std::string host);
    static Task<> shutdown(Self self);

    void start_session(std::shared_ptr<const TlsContext> with);
    Task<> handshake();
    Task<> say_goodbye();
    Task<> drain();
    // Waits until the socket is ready in that direction; throws what became of the wait otherwise.
    Task<> wait(Socket::wait_type direction);
    // True after a long series of TLS calls that never had to wait: the others of this thread want
    // to run.
    bool hogs_the_thread();

    void move_deadline(Deadline to);
    void arm();
    void on_timer(const boost::system::error_code& error);
    // Closed or out of time: no operation may start.
    void require_usable() const;
    void close() noexcept;

    Socket socket;
    Timer timer;
    Deadline deadline = Deadline::max();
    Deadline armed = Deadline::max();  // when the timer will fire; max: it will not
    std::uint32_t expirations = 0;     // how often a deadline has ended waits
    std::uint16_t waiting = 0;         // operations that the deadline may have to end
    std::uint16_t unwaited = 0;        // TLS calls since the last wait
    bool reading = false, writing = false;
    bool at_end = false, truncated = false;
    bool broken = false;  // the TLS session failed: SSL must not be asked to close it
    SSL* ssl = nullptr;
    std::shared_ptr<const TlsContext> context;
    Endpoint remote, local;
};

// One wait of an operation on the socket: the deadline counts while it lasts, and it can say
// afterwards whether it was the deadline, the coroutine's cancellation or the socket that ended it.
class Stream::State::Wait {
 public:
    explicit Wait(State& state) : state_(state), expirations_(state.expirations) {
        ++state_.waiting;
        state_.arm();
    }
    ~Wait() { --state_.waiting; }
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;

    boost::system::system_error failure(boost::system::error_code error,
                                        asio::cancellation_state coroutine) const {
        const bool timed_out = error == asio::error::operation_aborted &&
                               expirations_ != state_.expirations &&
                               coroutine.cancelled() == asio::cancellation_type::none;
        return boost::system::system_error(timed_out ? asio::error::timed_out : error);
    }

 private:
    State& state_;
    const std::uint32_t expirations_;
};

// Marks one of `reading` and `writing` while an operation is under way.
class Occupied {
 public:
    explicit Occupied(bool& direction) : direction_(direction) {
        assert(!direction && "one reader and one writer at a time");
        direction_ = true;
    }
    ~Occupied() { direction_ = false; }
    Occupied(const Occupied&) = delete;
    Occupied& operator=(const Occupied&) = delete;

 private:
    bool& direction_;
};

}  // namespace postern::net
