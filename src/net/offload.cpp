#include "net/offload.hpp"

#include <boost/asio/post.hpp>

namespace postern::net {

BlockingPool::BlockingPool(unsigned threads, std::size_t limit)
    : limit_(limit), threads_(threads) {}

BlockingPool::~BlockingPool() {
    threads_.stop();
    threads_.join();
}

bool BlockingPool::submit(std::function<void()> job) {
    if (pending_.fetch_add(1) >= limit_) {
        pending_.fetch_sub(1);
        return false;
    }
    asio::post(threads_, [this, job = std::move(job)] {
        job();
        pending_.fetch_sub(1);
    });
    return true;
}

}  // namespace postern::net
