#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "bench/options.hpp"
#include "bench/statistics.hpp"
#include "net/stream.hpp"
#include "net/tls_context.hpp"

namespace postern::bench {

// One SMTP session as a mail program has it. Every step is timed and must succeed: an unwelcome
// reply, a closed connection and a step that takes longer than a minute throw.
class LoadSession {
 public:
    // `number` chooses the source address. All three outlive the session.
    LoadSession(const Options& options, std::shared_ptr<const net::TlsContext> tls,
                Statistics& statistics, std::size_t number);

    // Greeting, TLS, EHLO, AUTH.
    net::Task<> open();
    // `message` as it goes over the wire, with its end of data.
    net::Task<> send_message(std::string_view message);
    net::Task<> quit();

 private:
    net::Task<> connect();
    net::Task<> start_tls();
    net::Task<> hello();
    net::Task<> authenticate();
    net::Task<> command(std::string_view line, int expected);
    net::Task<> expect(int code);
    net::Task<std::string> read_line();

    const Options& options_;
    std::shared_ptr<const net::TlsContext> tls_;
    Statistics& statistics_;
    std::size_t number_;
    std::optional<net::Stream> stream_;
    std::string unread_;
};

}  // namespace postern::bench
