#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <memory>
#include <string>

#include "cache/store.hpp"
#include "directory/directory.hpp"
#include "observe/log.hpp"

namespace postern::directory {

// Makes the cache forget what the directory says has changed, as long as it lives: this process at
// once, Redis as soon as it takes it. While nothing can be heard it tries again, with back-off;
// once it hears again, everybody forgets what was learned before.
class CacheWatch {
 public:
    CacheWatch(std::shared_ptr<Directory> directory, std::shared_ptr<cache::Store> store,
               observe::Log& log, std::string name, net::Executor executor);
    ~CacheWatch();
    CacheWatch(const CacheWatch&) = delete;
    CacheWatch& operator=(const CacheWatch&) = delete;

 private:
    class Listener;
    std::shared_ptr<net::asio::cancellation_signal> cancellation_;
};

}  // namespace postern::directory
