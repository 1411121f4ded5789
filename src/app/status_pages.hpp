#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/directory_figures.hpp"
#include "app/generation.hpp"
#include "observe/http_listener.hpp"

namespace postern::app {

// What the HTTP listener shows, and changes nothing of:
//   /metrics       in Prometheus' format
//   /healthz       200: the program turns
//   /readyz        200 until it drains, whatever is down behind it
//   /readyz?deep   what is behind it, as JSON; 503 when something of it is down
// On the thread of `io`.
class StatusPages {
 public:
    struct Program {
        net::asio::io_context& io;
        observe::Log& log;
        const crypto::HashPool& hash_pool;
        const std::atomic<bool>& draining;
        std::function<std::size_t()> sessions;
        // The current one last; those before it still have sessions.
        std::function<std::vector<std::shared_ptr<const Generation>>()> generations;
    };
    explicit StatusPages(Program program);

    // Opens what is not open yet and closes what is not wanted any more. Throws
    // std::runtime_error, and nothing has changed, when an address cannot be listened at.
    void listen(const HttpSettings& settings);
    void close() { listeners_.clear(); }

    // The last figures of a generation that goes.
    net::Task<> take_leave(std::shared_ptr<const Generation> generation);

    net::Task<observe::HttpAnswer> answer(observe::HttpQuestion question);

 private:
    net::Task<std::string> metrics();
    net::Task<observe::HttpAnswer> readiness();
    void add_program(std::vector<observe::Sample>& samples) const;

    Program program_;
    DirectoryFigures figures_;
    const std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
    std::map<std::string, std::unique_ptr<observe::HttpListener>> listeners_;  // by address
};

}  // namespace postern::app
