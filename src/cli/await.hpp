#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <utility>

#include "net/task.hpp"

namespace postern::cli {

// Runs a question on this thread to its answer.
template <class T>
T await(net::asio::io_context& io, net::Task<T> question) {
    auto answer = net::asio::co_spawn(io, std::move(question), net::asio::use_future);
    io.restart();
    io.run();
    return answer.get();
}

}  // namespace postern::cli
