#pragma once

#include <optional>
#include <stdexcept>

#include "net/proxy_header.hpp"
#include "net/stream.hpp"
#include "net/task.hpp"

namespace postern::net {

struct ProxyError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Takes the PROXY header from the socket, and not an octet more: a TLS handshake may follow. For
// a balancer that connects and leaves without a word there is none. Throws ProxyError when what
// comes is no such header, is cut off, or is not there by the deadline; operation_aborted when it
// is cancelled.
Task<std::optional<ProxyHeader>> receive_proxy_header(Socket& socket, Deadline deadline);

}  // namespace postern::net
