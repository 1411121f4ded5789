#include "remote/connection.hpp"

namespace postern::remote {

net::Task<std::unique_ptr<Connection>> Connection::open(std::vector<net::Endpoint> endpoints,
                                                        net::Clock::duration patience,
                                                        Security security,
                                                        std::unique_ptr<Protocol> protocol) {
    auto stream = co_await net::connect(endpoints, net::Clock::now() + patience);
    std::unique_ptr<Connection> connection(new Connection(std::move(stream), std::move(protocol)));
    co_await connection->protocol_->prepare(connection->wire_, security);
    co_return connection;
}

}  // namespace postern::remote
